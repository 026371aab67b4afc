import { codedError } from '@planet/runtime/errors'
import type { Call } from './call.ts'
import type { SubgraphAnswer, SubgraphCalls, SubgraphOperation } from './subgraph-calls.ts'

type Fetch = SubgraphCalls['fetch']

/** What a client is told in place of what a subgraph has not answered. */
export const unanswered = (): SubgraphAnswer => ({
  errors: [codedError('UNAVAILABLE', 'A part of the graph did not answer in time. Try again.')],
})

/**
 * `fetch` with reads that are alike and under way at the same time asked once: within one client's operation always, and
 * `acrossRequests` also among anonymous clients, whose reads depend on nobody. A read that joins another may then see the
 * state of a moment ago, before a change that was answered in between.
 */
export function shareReads(fetch: Fetch, options: { readonly acrossRequests: boolean }): Fetch {
  const readsOfCalls = new WeakMap<Call, Read[]>()
  const publicReads = new Map<string, PublicRead>()

  const fetchOnce: Fetch = async (subgraph, operation, call) => {
    const reads = readsOfCalls.get(call) ?? []
    const alike = reads.find((read) => isAlike(read, subgraph, operation))
    if (alike) return new Promise((resolve) => alike.waiting.push(resolve))
    const read: Read = { subgraph, operation, waiting: [] }
    if (reads.push(read) === 1) readsOfCalls.set(call, reads)
    const answer = await fetch(subgraph, operation, call)
    reads.splice(reads.indexOf(read), 1)
    for (const take of read.waiting) take(copyOf(answer))
    return answer
  }

  const fetchPublic: Fetch = (subgraph, operation, call) => {
    const key = `${subgraph} ${bodyOf(operation)}`
    let read = publicReads.get(key)
    if (!read) {
      read = startPublicRead(
        (own) => fetch(subgraph, operation, own),
        call.requestId,
        () => publicReads.delete(key),
      )
      publicReads.set(key, read)
    }
    return read.join(call.signal)
  }

  return (subgraph, operation, call) => {
    if (operation.query.startsWith('mutation')) return fetch(subgraph, operation, call)
    const share = options.acrossRequests && !call.viewer ? fetchPublic : fetchOnce
    return share(subgraph, operation, call)
  }
}

/** A read under way, and who else waits for its answer. */
type Read = {
  readonly subgraph: string
  readonly operation: SubgraphOperation
  readonly waiting: ((answer: SubgraphAnswer) => void)[]
}

/** The texts of plans are few and the same objects, so most comparisons end at the first look. */
const isAlike = (read: Read, subgraph: string, operation: SubgraphOperation) =>
  read.subgraph === subgraph && read.operation.query === operation.query && bodyOf(read.operation) === bodyOf(operation)

/** A read of several clients, which ends early only once all of them have left. */
type PublicRead = {
  /** Waits for the answer, or until `left` aborts. */
  join(left: AbortSignal): Promise<SubgraphAnswer>
}

/** `onEnd` is called once, when nobody may join any more. */
function startPublicRead(ask: (own: Call) => Promise<SubgraphAnswer>, requestId: string, onEnd: () => void): PublicRead {
  const waiting = new Set<(answer: SubgraphAnswer) => void>()
  const abandoned = new AbortController()
  const work = ask({ viewer: null, requestId, signal: abandoned.signal })
  void work.then((answer) => {
    if (abandoned.signal.aborted) return
    onEnd()
    // The first changes its own as soon as it runs, so the others' are made before.
    const [first, ...others] = waiting
    for (const take of others) take(copyOf(answer))
    first?.(answer)
  })
  return {
    join: (left) =>
      new Promise((resolve) => {
        const take = (answer: SubgraphAnswer) => {
          left.removeEventListener('abort', leave)
          resolve(answer)
        }
        const leave = () => {
          waiting.delete(take)
          resolve(unanswered())
          if (waiting.size > 0) return
          onEnd()
          abandoned.abort()
        }
        waiting.add(take)
        if (left.aborted) leave()
        else left.addEventListener('abort', leave, { once: true })
      }),
  }
}

const bodyOf = ({ body, query, operationName, variables }: SubgraphOperation) =>
  body ?? JSON.stringify({ query, operationName, variables })

const copyOf = (answer: SubgraphAnswer): SubgraphAnswer =>
  answer.data ? { ...answer, data: structuredClone(answer.data) } : answer

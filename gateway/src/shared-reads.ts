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
  const readsOfCalls = new WeakMap<Call, Set<Read>>()
  const publicReads = new Map<string, Read>()

  const fetchOnce = (subgraph: string, operation: SubgraphOperation, call: Call) => {
    let reads = readsOfCalls.get(call)
    if (!reads) readsOfCalls.set(call, (reads = new Set()))
    for (const read of reads) if (read.isAlike(subgraph, operation)) return read.join()
    const read = createRead(subgraph, operation)
    reads.add(read)
    return read.start(fetch(subgraph, operation, call), () => reads.delete(read))
  }

  const fetchPublic = (subgraph: string, operation: SubgraphOperation, call: Call) => {
    const key = `${subgraph} ${bodyOf(operation)}`
    const known = publicReads.get(key)
    if (known) return known.join(call.signal)
    const read = createRead(subgraph, operation)
    publicReads.set(key, read)
    // Whoever asked first may leave before the others: the read has a life of its own.
    const own: Call = { viewer: null, requestId: call.requestId, signal: read.abandoned }
    const forget = () => {
      if (publicReads.get(key) === read) publicReads.delete(key)
    }
    read.abandoned.addEventListener('abort', forget, { once: true })
    return read.start(fetch(subgraph, operation, own), forget, call.signal)
  }

  return (subgraph, operation, call) => {
    if (operation.query.startsWith('mutation')) return fetch(subgraph, operation, call)
    return options.acrossRequests && !call.viewer ? fetchPublic(subgraph, operation, call) : fetchOnce(subgraph, operation, call)
  }
}

/** A fetch under way, and who waits for its answer. */
type Read = {
  isAlike(subgraph: string, operation: SubgraphOperation): boolean
  /** Waits for `answer` and gives every waiter data of its own; `onEnd` is called before any of them has it. */
  start(answer: Promise<SubgraphAnswer>, onEnd: () => void, left?: AbortSignal): Promise<SubgraphAnswer>
  /** Waits as well, until `left` aborts. */
  join(left?: AbortSignal): Promise<SubgraphAnswer>
  /** Aborts once the last waiter has left. */
  readonly abandoned: AbortSignal
}

function createRead(subgraph: string, operation: SubgraphOperation): Read {
  const waiting = new Set<(answer: SubgraphAnswer) => void>()
  const abandoned = new AbortController()
  const join = (left?: AbortSignal) =>
    new Promise<SubgraphAnswer>((resolve) => {
      const take = (answer: SubgraphAnswer) => {
        left?.removeEventListener('abort', leave)
        resolve(answer)
      }
      const leave = () => {
        waiting.delete(take)
        resolve(unanswered())
        if (waiting.size === 0) abandoned.abort()
      }
      waiting.add(take)
      if (left?.aborted) leave()
      else left?.addEventListener('abort', leave, { once: true })
    })
  return {
    isAlike: (otherSubgraph, other) =>
      otherSubgraph === subgraph && other.query === operation.query && bodyOf(other) === bodyOf(operation),
    start(answer, onEnd, left) {
      const own = join(left)
      void answer.then((result) => {
        onEnd()
        const [first, ...others] = waiting
        for (const take of others) take(copyOf(result))
        first?.(result)
      })
      return own
    },
    join,
    abandoned: abandoned.signal,
  }
}

const bodyOf = ({ body, query, operationName, variables }: SubgraphOperation) =>
  body ?? JSON.stringify({ query, operationName, variables })

const copyOf = (answer: SubgraphAnswer): SubgraphAnswer =>
  answer.data ? { ...answer, data: structuredClone(answer.data) } : answer

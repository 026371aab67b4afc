import { codedError } from '@planet/runtime/errors'
import type { AbortSource } from './abandonment.ts'
import type { ReadUnderWay } from './call.ts'
import type { Ask, SubgraphAnswer, SubgraphOperation } from './subgraph-calls.ts'

/** What a client is told in place of what a subgraph has not answered. */
export const unanswered = (): SubgraphAnswer => ({
  errors: [codedError('UNAVAILABLE', 'A part of the graph did not answer in time. Try again.')],
})

/**
 * `ask` with reads that are alike and under way at the same time asked once: within one client's operation always, and
 * `acrossRequests` also among anonymous clients, whose reads depend on nobody. A read that joins another may then see the
 * state of a moment ago, before a change that was answered in between.
 */
export function shareReads(ask: Ask, options: { readonly acrossRequests: boolean }): Ask {
  const publicReads = new Map<string, PublicRead>()

  const askOnce: Ask = (subgraph, operation, call, take) => {
    const reads = (call.readsUnderWay ??= [])
    for (const read of reads) {
      if (isAlike(read, subgraph, operation)) {
        read.waiting.push(take)
        return
      }
    }
    const read: ReadUnderWay = { subgraph, operation, waiting: [] }
    reads.push(read)
    ask(subgraph, operation, call, (answer) => {
      reads.splice(reads.indexOf(read), 1)
      // The first changes its own as soon as it runs, so the others' are made before.
      const copies = read.waiting.map(() => copyOf(answer))
      take(answer)
      for (const [index, copy] of copies.entries()) read.waiting[index]?.(copy)
    })
  }

  const askPublic: Ask = (subgraph, operation, call, take) => {
    const key = `${subgraph} ${bodyOf(operation)}`
    let read = publicReads.get(key)
    if (!read) {
      read = createPublicRead(() => publicReads.delete(key))
      publicReads.set(key, read)
      read.join(call.abandonment ?? call.signal, take)
      ask(subgraph, operation, { viewer: null, requestId: call.requestId, signal: read.abandoned }, read.settle)
      return
    }
    read.join(call.abandonment ?? call.signal, take)
  }

  return (subgraph, operation, call, take) => {
    if (operation.query.startsWith('mutation')) return ask(subgraph, operation, call, take)
    const isPublic = options.acrossRequests && !call.viewer && call.authorization === undefined
    return isPublic ? askPublic(subgraph, operation, call, take) : askOnce(subgraph, operation, call, take)
  }
}

/** The texts of plans are few and the same objects, so most comparisons end at the first look. */
const isAlike = (read: ReadUnderWay, subgraph: string, operation: SubgraphOperation) =>
  read.subgraph === subgraph && read.operation.query === operation.query && bodyOf(read.operation) === bodyOf(operation)

/** A read of several clients, which ends early only once all of them have left. */
type PublicRead = {
  /** Waits for the answer, or until `left` aborts. */
  join(left: AbortSource, take: (answer: SubgraphAnswer) => void): void
  settle(answer: SubgraphAnswer): void
  /** Aborts once nobody waits any more. */
  readonly abandoned: AbortSignal
}

/** `onEnd` is called once, when nobody may join any more. */
function createPublicRead(onEnd: () => void): PublicRead {
  const waiting = new Set<(answer: SubgraphAnswer) => void>()
  const abandoned = new AbortController()
  return {
    abandoned: abandoned.signal,
    settle(answer) {
      if (abandoned.signal.aborted) return
      onEnd()
      const all = [...waiting]
      // The first changes its own as soon as it runs, so the others' are made before.
      const answers = all.map((_, index) => (index === 0 ? answer : copyOf(answer)))
      for (const [index, take] of all.entries()) take(answers[index] ?? answer)
    },
    join(left, take) {
      const takeAnswer = (answer: SubgraphAnswer) => {
        left.removeEventListener('abort', leave)
        take(answer)
      }
      const leave = () => {
        waiting.delete(takeAnswer)
        take(unanswered())
        if (waiting.size > 0) return
        onEnd()
        abandoned.abort()
      }
      waiting.add(takeAnswer)
      if (left.aborted) leave()
      else left.addEventListener('abort', leave, { once: true })
    },
  }
}

const bodyOf = ({ body, query, operationName, variables }: SubgraphOperation) =>
  body ?? JSON.stringify({ query, operationName, variables })

const copyOf = (answer: SubgraphAnswer): SubgraphAnswer =>
  answer.data ? { ...answer, data: structuredClone(answer.data) } : answer

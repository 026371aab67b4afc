import { bodyOf } from '@planet/runtime/viewer-token'
import type { Ask, ReadUnderWay } from './call.ts'
import type { SubgraphAnswer, SubgraphOperation } from './subgraph-operation.ts'

/** `ask` with reads of one operation that are alike and under way at the same time asked once. */
export const shareReads =
  (ask: Ask): Ask =>
  (subgraph, operation, call, take) => {
    if (operation.query.startsWith('mutation')) return ask(subgraph, operation, call, take)
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

/**
 * The texts of plans are few and the same objects, so most comparisons end at the first look. What one reader takes out of
 * a reply is of no use to another: each keeps pieces of its own, at its own place of the answer.
 */
const isAlike = (read: ReadUnderWay, subgraph: string, operation: SubgraphOperation) =>
  read.subgraph === subgraph &&
  read.operation.query === operation.query &&
  read.operation.parse === operation.parse &&
  textOf(read.operation) === textOf(operation)

const textOf = (operation: SubgraphOperation) => operation.body ?? bodyOf(operation)

const copyOf = (answer: SubgraphAnswer): SubgraphAnswer =>
  answer.data ? { ...answer, data: structuredClone(answer.data) } : answer

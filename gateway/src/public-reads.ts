import type { OperationDefinitionNode } from 'graphql'
import { Abandonment, type AbortSource } from './abandonment.ts'
import type { Operation } from './admission/admission.ts'
import type { Answer } from './answer.ts'
import type { Caller } from './operations.ts'

/** A query that several clients wait for. */
type PublicRead = {
  /** JSON of its variables. */
  readonly variables: string
  readonly answer: Promise<Answer>
  readonly abort: Abandonment
  /** Clients that have not left. */
  waiting: number
}

/**
 * `answer` with queries of anonymous clients, which depend on nobody, run once for all that ask alike while one is under way.
 * Who joins has the time that is left to the first, and may see the state of a moment ago, before a change that was answered
 * in between. A query ends early only once all of its clients have left.
 */
export function sharePublicReads<Given extends Caller>(
  answer: (operation: Operation, caller: Given) => Promise<Answer>,
): (operation: Operation, caller: Given) => Promise<Answer> {
  // By definitions, which live as long as their document is kept: a map with an entry per read, set and deleted for ever,
  // would keep dead reads alive (decision 0004).
  const underWay = new WeakMap<OperationDefinitionNode, PublicRead[]>()
  const readsOf = (definition: OperationDefinitionNode): PublicRead[] => {
    const known = underWay.get(definition)
    if (known) return known
    const reads: PublicRead[] = []
    underWay.set(definition, reads)
    return reads
  }
  const begin = (reads: PublicRead[], operation: Operation, caller: Given, variables: string): PublicRead => {
    const abort = new Abandonment()
    const read: PublicRead = { variables, answer: answer(operation, { ...caller, abort }), abort, waiting: 0 }
    reads.push(read)
    const end = () => remove(reads, read)
    read.answer.then(end, end)
    return read
  }
  return (operation, caller) => {
    const { definition, variables } = operation
    if (definition.operation !== 'query' || caller.viewer || caller.authorization !== undefined) return answer(operation, caller)
    const reads = readsOf(definition)
    const text = JSON.stringify(variables)
    const read = reads.find((each) => each.variables === text) ?? begin(reads, operation, caller, text)
    waitFor(read, caller.abort, () => {
      remove(reads, read)
      read.abort.abort()
    })
    return read.answer
  }
}

/** Calls `onLeft` when the last client has left; one that nothing can call away never leaves. */
function waitFor(read: PublicRead, abort: Caller['abort'], onLeft: () => void): void {
  read.waiting++
  if (!abort) return
  const source: AbortSource = abort instanceof Abandonment ? abort : abort.signal
  const leave = () => {
    read.waiting--
    if (read.waiting === 0) onLeft()
  }
  if (source.aborted) leave()
  else source.addEventListener('abort', leave, { once: true })
}

function remove(reads: PublicRead[], read: PublicRead): void {
  const place = reads.indexOf(read)
  if (place !== -1) reads.splice(place, 1)
}

import type { ExecutionResult, GraphQLError } from 'graphql'

type Path = readonly (string | number)[]

/** A place in the data, the same for all items of a list. No name holds a dot. */
export const placeOf = (path: Path): string => path.map((part) => (typeof part === 'number' ? '@' : part)).join('.')

/**
 * `gaps` that nothing explains. What an object lacks is no fault where a subgraph said that there is no such entity for this
 * viewer: one that is hidden looks like one that never was. That nobody knows its type (`isOfType`) stays one, and an answer
 * without data keeps them all, for it owes a reason.
 */
export const unexplained = (
  gaps: readonly GraphQLError[],
  data: ExecutionResult['data'],
  absent: ReadonlySet<string>,
  isOfType: (gap: GraphQLError) => boolean,
): readonly GraphQLError[] =>
  absent.size === 0 || data === null
    ? gaps
    : gaps.filter((gap) => !gap.path || isOfType(gap) || !absent.has(placeOf(gap.path.slice(0, -1))))

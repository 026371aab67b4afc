import { type FieldNode, type GraphQLField, type GraphQLOutputType, getNullableType, isListType, Kind } from 'graphql'
import { product, type Term, type Variables } from './terms.ts'
import { ASSUMED_LIST_SIZE, type FieldWeight } from './weights.ts'

/**
 * How many items a field's list has at most, or those in its fields: the greatest of the arguments that say so, else what
 * the schema takes it to be. Null where the schema says nothing.
 */
export function sizeOf(
  { slicingArguments, assumedSize, sizedFields }: FieldWeight,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Term | null {
  if (slicingArguments.length === 0 && sizedFields.length === 0) return assumedSize
  const otherwise = assumedSize ?? ASSUMED_LIST_SIZE
  const said = slicingArguments.map((name) => givenSize(name, field, node))
  const known = said.filter((size) => typeof size === 'number')
  const open = said.filter((size) => typeof size === 'function')
  const most = (sizes: readonly number[]) => (sizes.length === 0 ? otherwise : Math.max(...sizes))
  return open.length === 0 ? most(known) : (variables) => most([...known, ...open.flatMap((size) => size(variables) ?? [])])
}

type GivenSize = number | null | ((variables: Variables) => number | null)

/** What one argument says; null where it is null, or not given and without a default value. */
function givenSize(name: string, field: GraphQLField<unknown, unknown>, node: FieldNode): GivenSize {
  const fallback = sizeIn(field.args.find((each) => each.name === name)?.defaultValue)
  const value = node.arguments?.find((each) => each.name.value === name)?.value
  if (!value) return fallback
  if (value.kind === Kind.INT) return sizeIn(Number(value.value))
  if (value.kind !== Kind.VARIABLE) return null
  const variable = value.name.value
  return (variables) => (variables[variable] === undefined ? fallback : sizeIn(variables[variable]))
}

/** A page of less than nothing is refused by whoever makes it. */
const sizeIn = (value: unknown): number | null => (typeof value === 'number' ? Math.max(0, value) : null)

/** How many values a field of `type` gives; `size` is of its list, null if nothing is said. Of lists in lists nothing ever is. */
export function timesOf(type: GraphQLOutputType, size: Term | null): Term {
  const outer = getNullableType(type)
  if (!isListType(outer)) return 1
  let times: Term = size ?? ASSUMED_LIST_SIZE
  for (let inner = getNullableType(outer.ofType); isListType(inner); inner = getNullableType(inner.ofType)) {
    times = product(times, ASSUMED_LIST_SIZE)
  }
  return times
}

import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  getNullableType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql'
import { greatest, product, type Term } from './terms.ts'
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
  const said = slicingArguments.flatMap((name) => {
    const argument = field.args.find((each) => each.name === name)
    const fallback = sizeIn(argument?.defaultValue)
    const given = node.arguments?.find((each) => each.name.value === name)?.value
    const size = given ? givenSize(given, fallback ?? otherwise, otherwise) : fallback
    return size === null ? [] : [size]
  })
  return said.length === 0 ? otherwise : greatest(said)
}

/** A variable that was not sent stands for the argument's default value; null stands for none at all. */
function givenSize(value: ValueNode, fallback: number, otherwise: number): Term | null {
  if (value.kind === Kind.INT) return sizeIn(Number(value.value))
  if (value.kind !== Kind.VARIABLE) return null
  const name = value.name.value
  return (variables) => (variables[name] === undefined ? fallback : (sizeIn(variables[name]) ?? otherwise))
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

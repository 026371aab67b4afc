import { type FieldNode, Kind, type ValueNode } from 'graphql'
import { textOfValue } from '../document-text.ts'

/** Equal for fields whose arguments are the same, in whatever order they stand. Empty without arguments. */
export const argumentsKey = ({ arguments: given = [] }: FieldNode): string => sorted(given).map(memberKey).join()

type Member = { readonly name: { readonly value: string }; readonly value: ValueNode }

const memberKey = ({ name, value }: Member) => `${name.value}:${valueKey(value)}`

/** As graphql-js compares literals: by how they are written, except for the order of an object's fields. */
function valueKey(value: ValueNode): string {
  if (value.kind === Kind.LIST) return `[${value.values.map(valueKey).join()}]`
  if (value.kind === Kind.OBJECT) return `{${sorted(value.fields).map(memberKey).join()}}`
  return value.kind === Kind.STRING && value.block ? `block ${textOfValue(value)}` : textOfValue(value)
}

const sorted = <Each extends Member>(members: readonly Each[]): readonly Each[] =>
  members.length < 2
    ? members
    : [...members].sort((a, b) => (a.name.value < b.name.value ? -1 : a.name.value > b.name.value ? 1 : 0))

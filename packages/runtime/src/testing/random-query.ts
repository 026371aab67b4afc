import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

/** A number in [0, 1), the next one at every call. */
export type Next = () => number

const pick = <Item>(next: Next, items: readonly Item[]): Item | undefined => items[Math.floor(next() * items.length)]

const SCALARS: Readonly<Record<string, string>> = {
  Int: '3',
  Float: '0.5',
  Boolean: 'true',
  Decimal: '"1.25"',
  DateTime: '"2026-01-02T03:04:05Z"',
  Duration: '"P1D"',
}

function literal(next: Next, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(next, type.ofType)
  if (isListType(type)) return `[${literal(next, type.ofType)}]`
  if (isEnumType(type)) return pick(next, type.getValues())?.name ?? 'NONE'
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? '"text"'
  const fields = Object.values(type.getFields()).filter((field) => isRequiredInputField(field) || next() < 0.3)
  return `{ ${fields.map((field) => `${field.name}: ${literal(next, field.type)}`).join(', ')} }`
}

const SKIPPABLE = [
  '',
  '',
  '',
  ' @include(if: $yes)',
  ' @skip(if: $yes)',
  ' @include(if: $no)',
  ' @skip(if: $no) @include(if: $yes)',
]

/**
 * A valid query of the schema, of the variables `yes` and `no` (Boolean!) and, for entities, `representations`, with
 * aliases, arguments, fragments inline and by name, conditions, and fields asked for more than once.
 */
export function randomQuery(schema: GraphQLSchema, next: Next): string {
  const fragments: string[] = []
  const root = schema.getQueryType()
  if (!root) throw new Error('the schema has no query type')

  const argumentsText = (args: readonly GraphQLArgument[]) => {
    const given = args.filter((argument) => isRequiredArgument(argument) || next() < 0.3)
    if (given.length === 0) return ''
    return `(${given.map(({ name, type }) => `${name}: ${name === 'representations' ? '$representations' : literal(next, type)}`).join(', ')})`
  }
  const fieldText = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const type = getNamedType(field.type)
    // One alias per field and arguments: two fields of one name have to be the same.
    const args = argumentsText(field.args)
    const alias = args !== '' || next() < 0.1 ? `a${fragments.length}_${Math.floor(next() * 1e9)}: ` : ''
    const selection = isCompositeType(type) ? ` ${selectionText(type, depth + 1)}` : ''
    return `${alias}${field.name}${args}${pick(next, SKIPPABLE) ?? ''}${selection}`
  }
  const selectionText = (type: GraphQLCompositeType, depth: number): string => {
    const parts: string[] = ['__typename']
    const fields = 'getFields' in type ? Object.values(type.getFields()) : []
    for (const field of fields) {
      const isLeaf = !isCompositeType(getNamedType(field.type))
      if (next() < (isLeaf ? 0.6 : depth > 3 ? 0 : 0.6 / depth)) parts.push(fieldText(field, depth))
    }
    if (isAbstractType(type)) {
      for (const member of schema.getPossibleTypes(type)) {
        if (depth < 4 && next() < 0.7)
          parts.push(`... on ${member.name}${pick(next, SKIPPABLE) ?? ''} ${selectionText(member, depth + 1)}`)
      }
    }
    if (isObjectType(type) && depth < 3 && next() < 0.3) {
      const name = `F${fragments.length}`
      fragments.push('')
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${selectionText(type, depth + 1)}`
      parts.push(`...${name}${pick(next, SKIPPABLE) ?? ''}`)
    }
    return `{ ${parts.join(' ')} }`
  }
  // Every variable is used.
  const selection = selectionText(root, 1).replace('{', '{ used: __typename @include(if: $yes) @skip(if: $no)')
  const entities = [selection, ...fragments].some((text) => text.includes('$representations'))
    ? ', $representations: [_Any!]!'
    : ''
  return `query Q($yes: Boolean!, $no: Boolean!${entities}) ${selection} ${fragments.join(' ')}`
}

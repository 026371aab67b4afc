import { readFileSync } from 'node:fs'
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql'

/**
 * Ways to ask for the same. For ids alone nobody asks the owner of an entity: `ids` stops at the first entity on a path, and
 * `far ids` at the second, which the first one's owner has handed out.
 */
export const SHAPES = ['direct', 'alias', 'fragment', 'ids', 'far ids'] as const
export type Shape = (typeof SHAPES)[number]

/** Types that another subgraph than their owner can refer to. */
const ENTITIES = new Set(
  [...readFileSync('schema/supergraph.graphql', 'utf8').matchAll(/^type (\w+) .*key: "/gm)].map(([, name]) => name),
)

/** A field with what it needs; null where an argument must be given that nobody could guess. */
function callOf({ name, args }: GraphQLField<unknown, unknown>): string | null {
  const given: string[] = []
  for (const arg of args) {
    if (arg.name === 'first') given.push('first: 4')
    else if (arg.name === 'interval') given.push('interval: DAY_1')
    else if (isRequiredArgument(arg)) return null
  }
  return given.length > 0 ? `${name}(${given.join(', ')})` : name
}

/**
 * Every field below `type`, `depth` objects deep, connections and their edges not counted, of ids `depth` entities; each type at
 * most once on a path: where it comes again its id is asked for. Without braces.
 */
export function selectionOf(
  api: GraphQLSchema,
  type: GraphQLNamedType,
  depth: number,
  shape: Shape,
  path: readonly string[] = [],
): string {
  if (isUnionType(type))
    return type
      .getTypes()
      .map((member) => `... on ${member.name} { ${selectionOf(api, member, depth, shape, path)} }`)
      .join(' ')
  if (!isObjectType(type)) return '__typename'
  const on = [...path, type.name]
  const isOfIds = shape === 'ids' || shape === 'far ids'
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const call = callOf(field)
    if (call === null) return []
    const inner = getNamedType(field.type)
    if (!isCompositeType(inner)) return isOfIds && field.name !== 'id' ? [] : [call]
    // A document may hold 100 of them, so scalars have none.
    const alias = shape === 'alias' ? `a_${field.name}: ` : ''
    const isCounted = isOfIds ? ENTITIES.has(inner.name) : !/Connection$|Edge$/.test(inner.name)
    const left = isCounted ? depth - 1 : depth
    const isOver = on.includes(inner.name) || left < 0
    const selection = isOver ? stubOf(inner) : selectionOf(api, inner, left, shape, on)
    return selection === '' ? [] : [`${alias}${call} { ${selection} }`]
  })
  const all = ['__typename', ...fields].join(' ')
  return shape === 'fragment' ? `... on ${type.name} { ${all} }` : all
}

const stubOf = (type: GraphQLNamedType) => (isObjectType(type) && type.getFields().id ? '__typename id' : '__typename')

/** Each field of `type` by itself, with nothing below it. */
export const fieldsAlone = (type: GraphQLObjectType): string =>
  Object.values(type.getFields())
    .flatMap((field) => {
      const call = callOf(field)
      if (call === null) return []
      return [isCompositeType(getNamedType(field.type)) ? `${call} { __typename }` : call]
    })
    .join(' ')

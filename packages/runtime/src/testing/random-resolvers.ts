import {
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { decimal } from '../decimal.ts'

/** What goes wrong at the value with this key; none is the usual case. */
export type Fault = 'null' | 'throws' | 'rejects' | 'is an error' | 'is something else' | null

/** What the resolvers of `randomiseResolvers` need to know of an execution; its context. */
export type World = { readonly seed: number; readonly isAsync: boolean; faultAt(key: string): Fault; readonly seen: Set<string> }

/** A number in [0, 1) that belongs to the key. */
export function chance(seed: number, key: string): number {
  let hash = 2_166_136_261 ^ seed
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 16_777_619)
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507)
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

const KEY = Symbol('key')

/**
 * Has every field of the schema's own types give a value that only its place in the graph decides: some as properties, some
 * by resolvers, some later, and what `World.faultAt` says goes wrong.
 */
export function randomiseResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue
    type.extensions = { ...type.extensions, apollo: { subgraph: { resolveReference: referenceResolver(schema, type) } } }
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue
      const isProperty = type !== schema.getQueryType() && chance(1, `${type.name}.${field.name}`) < 0.5
      if (isProperty) delete field.resolve
      else field.resolve = resolver(schema, field.type)
    }
  }
}

const resolver =
  (schema: GraphQLSchema, type: GraphQLOutputType): GraphQLFieldResolver<unknown, World> =>
  (source, _args, world, info) =>
    valueAt(schema, world, type, `${keyOf(source)}.${info.fieldName}`)

const referenceResolver = (schema: GraphQLSchema, type: GraphQLNamedType) => (reference: { id?: string }, world: World) =>
  isObjectType(type) ? valueAt(schema, world, type, `entity ${type.name} ${reference.id}`) : null

const keyOf = (source: unknown): string =>
  typeof source === 'object' && source !== null && KEY in source ? String(source[KEY]) : ''

function valueAt(schema: GraphQLSchema, world: World, type: GraphQLOutputType, key: string): unknown {
  world.seen.add(key)
  const fault = world.faultAt(key)
  if (fault === 'throws') throw new GraphQLError(`${key} throws`)
  const value =
    fault === 'null'
      ? null
      : fault === 'is an error'
        ? new Error(`${key} is an error`)
        : fault === 'is something else'
          ? Symbol('odd')
          : sound(schema, world, type, key)
  if (fault !== 'rejects' && !(world.isAsync && chance(world.seed, `later ${key}`) < 0.3)) return value
  return Promise.resolve().then(() => {
    if (fault === 'rejects') throw new Error(`${key} rejects`)
    return value
  })
}

function sound(schema: GraphQLSchema, world: World, type: GraphQLOutputType, key: string): unknown {
  if (isNonNullType(type)) return sound(schema, world, type.ofType, key)
  const share = chance(world.seed, key)
  if (isListType(type)) {
    const items = Array.from({ length: Math.floor(share * 4) }, (_, i) => valueAt(schema, world, type.ofType, `${key}.${i}`))
    return share < 0.2 ? new Set(items) : items
  }
  if (isObjectType(type)) return objectOf(schema, world, type, key)
  if (isAbstractType(type)) {
    const types = schema.getPossibleTypes(type)
    const member = types[Math.floor(share * types.length)]
    return member ? objectOf(schema, world, member, key) : null
  }
  if (isEnumType(type)) return type.getValues()[Math.floor(share * type.getValues().length)]?.value
  return SCALARS[type.name]?.(share) ?? `text ${share}`
}

const SCALARS: Readonly<Record<string, (share: number) => unknown>> = {
  Int: (share) => Math.floor(share * 100),
  Float: (share) => share,
  Boolean: (share) => share < 0.5,
  ID: (share) => (share < 0.2 ? Math.floor(share * 100) : `id ${share}`),
  Decimal: (share) => decimal(share.toFixed(5)),
  DateTime: (share) => new Date(Math.floor(share * 1e12)),
  Duration: (share) => Math.floor(share * 100) * 1000,
}

function objectOf(schema: GraphQLSchema, world: World, type: GraphQLNamedType, key: string): object {
  const object = { [KEY]: key, __typename: type.name }
  if (!isObjectType(type)) return object
  for (const field of Object.values(type.getFields())) {
    const at = `${key}.${field.name}`
    const get = () => valueAt(schema, world, field.type, at)
    // Some properties are methods, which are called.
    const isMethod = chance(2, `${type.name}.${field.name}`) < 0.2
    Object.defineProperty(object, field.name, isMethod ? { value: get, enumerable: true } : { get, enumerable: true })
  }
  return object
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { readWeights, type Weights } from '@planet/gateway/admission/cost/weights'
import { createApolloEngine } from '@planet/gateway/engine/apollo-engine'
import { publishedLimits } from '@planet/platform/platform'
import { silentLog } from '@planet/runtime/log'
import { readMutationRates } from '@planet/runtime/mutation-rates'
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  introspectionFromSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  parse,
  printSchema,
  type TypeNode,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { composeSupergraph, placeholderUrl, readSubgraphTexts } from '../scripts/compose-supergraph.ts'

const committed = (name: string) => readFileSync(join(import.meta.dirname, '..', 'schema', name), 'utf8')
const subgraphs = readSubgraphTexts()
const composed = composeSupergraph(subgraphs)
const api = buildSchema(composed.api)
const types = Object.values(api.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))

describe('the supergraph', () => {
  it('is made of the five product subgraphs and the two of the platform', () => {
    expect(subgraphs.map(({ name }) => name)).toEqual([
      'circles',
      'creators',
      'incentives',
      'insights',
      'live',
      'posts',
      'trading',
    ])
  })

  it('is committed as it composes now', () => {
    expect(committed('supergraph.graphql')).toBe(composed.supergraph)
    expect(committed('api.graphql')).toBe(composed.api)
  })

  it('gives the same API from both composers, and the second has no hint', async () => {
    const other = composeServices(
      subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs), url: placeholderUrl(name) })),
    )
    expect((other.errors ?? []).map(({ message }) => message)).toEqual([])
    expect((other.hints ?? []).map(({ message }) => message)).toEqual([])
    expect(await publishedBy(other.supergraphSdl ?? '')).toBe(await publishedBy(composed.supergraph))
    expect(await publishedBy(composed.supergraph)).toBe(composed.api)
  })

  it('says the same of costs by both composers', () => {
    const { supergraphSdl = '' } = composeServices(
      subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs), url: placeholderUrl(name) })),
    )
    const [mine, other] = [composed.supergraph, supergraphSdl].map(readWeights)
    const fields = types.filter(isObjectType).flatMap((type) => Object.keys(type.getFields()).map((field) => [type.name, field]))
    const said = (weights: Weights | undefined) => fields.map(([type = '', field = '']) => weights?.field(type, field))
    expect(said(mine)).toEqual(said(other))
    expect(mine?.field('Query', 'publicFeed')).toMatchObject({ slicingArguments: ['first'], sizedFields: ['edges'] })
    expect(mine?.field('Creator', 'engagement').weight).toBe(5)
  })

  it('composes without insights, on which nothing depends', () => {
    const without = composeSupergraph(subgraphs.filter(({ name }) => name !== 'insights'))
    expect(buildSchema(without.api).getQueryType()?.getFields()).toHaveProperty('publicFeed')
  })
})

/** The API that the gateway publishes for a supergraph, sorted. */
async function publishedBy(supergraphSdl: string): Promise<string> {
  const unused = () => Promise.resolve({})
  const engine = await createApolloEngine({ supergraphSdl, calls: { fetch: unused, subscribe: unused }, log: silentLog })
  await engine.close()
  return `${printSchema(lexicographicSortSchema(engine.schema))}\n`
}

describe('the API', () => {
  it('describes every element', () => {
    expect(types.flatMap(undescribed)).toEqual([])
  })

  it('has a replacement and a date for every deprecated element, none of them past', () => {
    const overdue = types.flatMap(deprecations).filter(({ reason }) => {
      const removal = /Removed after (\d{4}-\d{2}-\d{2})\./.exec(reason)?.[1]
      return removal === undefined || !reason.startsWith('Use `') || new Date(`${removal}T23:59:59Z`) < new Date()
    })
    expect(overdue).toEqual([])
  })

  it('gives every mutation one input and one result: a success, or what a client can act on', () => {
    for (const [name, field] of Object.entries(api.getMutationType()?.getFields() ?? {})) {
      const Name = `${name[0]?.toUpperCase()}${name.slice(1)}`
      expect(field.args.map((argument) => `${argument.name}: ${argument.type}`)).toEqual([`input: ${Name}Input!`])
      expect(String(field.type)).toBe(`${Name}Result!`)
      const result = api.getType(`${Name}Result`)
      const members = isUnionType(result) ? result.getTypes() : []
      const isRefusal = (type: GraphQLObjectType) => type.getInterfaces().some((parent) => parent.name === 'UserError')
      expect(members.filter((type) => !isRefusal(type)).map((type) => type.name)).toEqual([`${Name}Success`])
      expect(members.length).toBeGreaterThan(1)
    }
  })

  it('has a rate for every mutation, of at least 1 call a minute, and tells it', async () => {
    const rates = readMutationRates(composed.supergraph)
    expect(rates.map(({ mutation }) => mutation)).toEqual(Object.keys(api.getMutationType()?.getFields() ?? {}).sort())
    expect(rates.filter(({ perMinute }) => perMinute < 1)).toEqual([])
    // What the owners keep is what the supergraph tells.
    const kept = subgraphs.flatMap(({ typeDefs }) => readMutationRates(typeDefs))
    expect(kept.toSorted((a, b) => (a.mutation < b.mutation ? -1 : 1))).toEqual(rates)
    expect(publishedLimits({}).mutations).toEqual(rates)
  })

  it('pages with `first`, from 1 to 100, and `after`', () => {
    for (const type of types.filter(isObjectType)) {
      for (const field of Object.values(type.getFields()).filter((candidate) => /Connection!?$/.test(String(candidate.type)))) {
        const [first, after] = ['first', 'after'].map((name) => field.args.find((argument) => argument.name === name))
        expect(`${String(first?.type)} ${String(after?.type)}`, `${type.name}.${field.name}`).toBe('Int! Cursor')
        expect(first?.defaultValue, `${type.name}.${field.name}`).toBeGreaterThanOrEqual(1)
      }
    }
  })

  it('says of every page that `first` is how many edges it has, and of every other list how long it is', () => {
    const weights = readWeights(composed.supergraph)
    const isKnown = (type: string, field: GraphQLField<unknown, unknown>) => {
      const { assumedSize, slicingArguments, sizedFields } = weights.field(type, field.name)
      if (/Connection!?$/.test(String(field.type))) return slicingArguments.join() === 'first' && sizedFields.join() === 'edges'
      return !String(field.type).includes('[') || field.name === 'edges' || assumedSize !== null
    }
    const unknown = types
      .filter(isObjectType)
      .flatMap((type) =>
        Object.values(type.getFields()).flatMap((field) => (isKnown(type.name, field) ? [] : [`${type.name}.${field.name}`])),
      )
    // It stands in what all subgraphs share, test graphs of older versions of federation included.
    expect(unknown).toEqual(['InvalidInput.faults'])
  })

  it('is introspected with directive locations that other languages know', () => {
    const { __schema } = introspectionFromSchema(api)
    const locations = __schema.types.find(({ name }) => name === '__DirectiveLocation')
    const used = [
      ...__schema.directives.flatMap((directive) => directive.locations),
      ...(locations?.kind === 'ENUM' ? locations.enumValues.map(({ name }) => name) : []),
    ]
    expect(used.filter((location) => !KNOWN_LOCATIONS.has(location))).toEqual([])
  })
})

describe('a subgraph', () => {
  it.each(subgraphs)('$name lets what another subgraph owns be null, so that its outage costs a branch', ({ typeDefs }) => {
    const objects = parse(typeDefs).definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION)
    const borrowed = new Set(objects.filter(isBorrowed).map(({ name }) => name.value))
    const risky = objects.flatMap(({ name, fields = [] }) =>
      fields
        .filter((field) => field.name.value !== 'id' && field.type.kind === Kind.NON_NULL_TYPE)
        .filter((field) => borrowed.has(name.value) || borrowed.has(namedType(field.type)))
        .map((field) => `${name.value}.${field.name.value}`),
    )
    expect(risky).toEqual([])
  })
})

/** An entity that this subgraph only adds to or refers to: its owner describes it. */
const isBorrowed = ({ description, directives = [] }: ObjectTypeDefinitionNode) =>
  description === undefined && directives.some(({ name }) => name.value === 'key')

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))

const ROOTS = new Set(['Query', 'Mutation', 'Subscription'])

/** Paths of what lacks a description: all but `id`, `input` and what an interface documents. */
function undescribed(type: GraphQLNamedType): readonly string[] {
  const own = type.description || ROOTS.has(type.name) ? [] : [type.name]
  if (isEnumType(type))
    return [...own, ...type.getValues().flatMap((value) => (value.description ? [] : [`${type.name}.${value.name}`]))]
  if (isInputObjectType(type))
    return [
      ...own,
      ...Object.values(type.getFields()).flatMap((field) => (field.description ? [] : [`${type.name}.${field.name}`])),
    ]
  if (!isObjectType(type) && !isInterfaceType(type)) return own
  const inherited = new Set(type.getInterfaces().flatMap((parent) => Object.keys(parent.getFields())))
  const fields = Object.values(type.getFields()).flatMap((field) => [
    ...(field.description || field.name === 'id' || inherited.has(field.name) ? [] : [`${type.name}.${field.name}`]),
    ...field.args
      .filter((argument) => !argument.description && argument.name !== 'input')
      .map((argument) => `${type.name}.${field.name}(${argument.name})`),
  ])
  return [...own, ...fields]
}

function deprecations(type: GraphQLNamedType): readonly { readonly path: string; readonly reason: string }[] {
  const elements = isEnumType(type)
    ? type.getValues()
    : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.values(type.getFields())
      : []
  return elements.flatMap(({ name, deprecationReason }) =>
    typeof deprecationReason === 'string' ? [{ path: `${type.name}.${name}`, reason: deprecationReason }] : [],
  )
}

/** Those of graphql-core 3.2.8, which refuses a whole schema for any other. */
const KNOWN_LOCATIONS: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
  'SCHEMA',
  'SCALAR',
  'OBJECT',
  'FIELD_DEFINITION',
  'ARGUMENT_DEFINITION',
  'INTERFACE',
  'UNION',
  'ENUM',
  'ENUM_VALUE',
  'INPUT_OBJECT',
  'INPUT_FIELD_DEFINITION',
])

import { newId } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import { buildSchema } from 'graphql'
import { describe, expect, it } from 'vitest'
import { createAdmission, type GraphqlRequest, type Operation } from '../admission/admission.ts'
import { createTextReader, keyOf } from './identity.ts'
import { readRules } from './rules.ts'
import { createSource } from './source.ts'

const JOIN = `
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT | INTERFACE | UNION
  directive @join__field(graph: join__Graph, external: Boolean) repeatable on FIELD_DEFINITION
  directive @delivery(kind: DeliveryKind!) on FIELD_DEFINITION
  directive @public on OBJECT | FIELD_DEFINITION
  enum DeliveryKind { LOG STATE }
  enum join__Graph { NOTES @join__graph(name: "notes", url: "") PEOPLE @join__graph(name: "people", url: "") }`

const SUPERGRAPH = `${JOIN}
  type Query { a: Int }
  type Subscription @join__type(graph: NOTES) {
    noted(after: String, tags: [String!], inRoom: Room): Noted! @delivery(kind: LOG) @public
    tally: Tally! @delivery(kind: STATE) @public
    plain(after: String): Noted
  }
  input Room { name: String  floor: Int = 1 }
  interface Named { name: String }
  type Noted @join__type(graph: NOTES) { seq: Int! @public  cursor: String! @public  author: Person @public  secret: String }
  type Person implements Named @join__type(graph: NOTES, key: "id") @join__type(graph: PEOPLE, key: "id") {
    id: ID!  name: String @public @join__field(graph: PEOPLE)  boss: Named @public @join__field(graph: PEOPLE)  mail: String
  }
  type Tally @public @join__type(graph: NOTES) { seq: Int! @join__field(graph: PEOPLE)  count: Int! }`

const schema = buildSchema(SUPERGRAPH)
const rules = readRules(SUPERGRAPH, schema)
const admit = createAdmission(schema, { introspection: true })
const texts = createTextReader(schema, rules)
const operationOf = (query: string, variables: GraphqlRequest['variables'] = {}): Operation => {
  const admission = admit({ query, variables })
  if (!admission.ok) throw admission.errors[0]
  return admission.operation
}
const key = (query: string, variables: GraphqlRequest['variables'] = {}, viewer: Viewer | null = null) => {
  const operation = operationOf(query, variables)
  return keyOf(texts.read(operation), operation, viewer)
}
const viewer: Viewer = { userId: newId(new Date(0)), roles: ['user', 'partner'] }

describe('subscriptions are equal', () => {
  const plain = key('subscription { noted { seq } }')

  it('whatever they are called, how they are laid out, and where in a log they start', () => {
    for (const [query, variables] of [
      ['subscription Name { noted(after: null) {\n seq, } # comment\n }', {}],
      ['subscription ($from: String) { noted(after: $from) { seq } }', { from: 'x' }],
      ['subscription ($from: String = "y") { noted(after: $from) { seq } }', {}],
      ['subscription { noted(after: "z") { seq } }', {}],
    ] as const) {
      expect(key(query, variables)).toBe(plain)
    }
  })

  it('whatever the order of members and whether a default value is written out', () => {
    const query = 'subscription ($room: Room) { noted(inRoom: $room) { seq } }'
    expect(key(query, { room: { floor: 1, name: 'a' } })).toBe(key(query, { room: { name: 'a' } }))
    expect(key(query, { room: { name: 'b' } })).not.toBe(key(query, { room: { name: 'a' } }))
  })

  it('only with the same fields, values and conditions', () => {
    expect(key('subscription { noted { cursor } }')).not.toBe(plain)
    expect(key('subscription { noted(tags: ["a"]) { seq } }')).not.toBe(plain)
    const query = 'subscription ($with: Boolean!) { noted { seq cursor @include(if: $with) } }'
    expect(key(query, { with: true })).not.toBe(key(query, { with: false }))
  })

  it('of those who see the same, where everything is public, and else of one viewer', () => {
    expect(key('subscription { noted { seq } }', {}, viewer)).toBe(plain)
    const secret = 'subscription { noted { secret } }'
    expect(key(secret, {}, viewer)).not.toBe(key(secret))
    expect(key(secret, {}, { ...viewer, roles: ['partner', 'user'] })).toBe(key(secret, {}, viewer))
    expect(key(secret, {}, { ...viewer, roles: ['user'] })).not.toBe(key(secret, {}, viewer))
  })
})

it.each([
  ['{ noted { seq author { id name __typename } } }', true],
  ['{ noted { author { boss { name } } } }', true],
  ['{ noted { author { boss { ... on Person { mail } } } } }', false],
  ['{ ...F } fragment F on Subscription { noted { ...G } } fragment G on Noted { secret }', false],
  ['{ tally { seq count } }', true],
  ['{ plain { seq } }', false],
])('subscription %s is public: %s', (selection, expected) => {
  expect(texts.read(operationOf(`subscription ${selection}`)).isPublic).toBe(expected)
})

it('finds where a LOG starts, also within fragments and from variables', () => {
  const after = (query: string, variables: GraphqlRequest['variables'] = {}) => {
    const operation = operationOf(query, variables)
    return texts.afterOf(texts.read(operation), operation)
  }
  expect(after('subscription { noted { seq } }')).toBe(null)
  expect(
    after('subscription ($a: String) { ... { ...F } } fragment F on Subscription { noted(after: $a) { seq } }', { a: 'x' }),
  ).toBe('x')
  expect(after('subscription { plain(after: "x") { seq } }')).toBe(null)
})

describe('the source', () => {
  const source = (query: string, delivery: 'LOG' | 'STATE' | null) =>
    createSource(
      { query, operationName: undefined, variables: { a: 'x', t: ['y'] } },
      { schema, rules, subgraph: 'notes', delivery },
    )

  it('of a LOG says where it starts, and tells the cursor under a name that is free', () => {
    const { operation, positionOf } = source(
      'subscription ($a: String, $t: [String!]) { n: noted(after: $a, tags: $t) { planet_cursor: seq } }',
      'LOG',
    )
    const asked = operation('here')
    expect(asked.variables).toEqual({ t: ['y'], planet_after: 'here' })
    expect(asked.query.replace(/\s+/g, ' ')).toBe(
      'subscription ($t: [String!], $planet_after: String) { n: noted(tags: $t, after: $planet_after) { planet_cursor: seq planet_cursor_: cursor } }',
    )
    expect(positionOf({ data: { n: { planet_cursor: 1, planet_cursor_: 'there' } } })).toEqual({ cursor: 'there', seq: null })
    expect(positionOf({ data: { n: null } })).toEqual({ cursor: null, seq: null })
  })

  it('asks for nothing that its subgraph cannot say', () => {
    expect(source('subscription { tally { count } }', 'STATE').operation(null).query).not.toContain('seq')
  })

  it('stays as it was planned where the schema says nothing', () => {
    expect(source('subscription { plain { seq } }', null).operation('here').query).toBe('subscription { plain { seq } }')
  })
})

it.each([
  ['an argument `after`', 'lossy: Noted! @delivery(kind: LOG)'],
  ['a cursor', 'lossy(after: String): Person @delivery(kind: LOG)'],
])('a LOG without %s is refused', (_, field) => {
  const sdl = SUPERGRAPH.replace('tally: Tally!', `${field} tally: Tally!`)
  expect(() => readRules(sdl, buildSchema(sdl))).toThrow('lossy')
})

import { readFileSync } from 'node:fs'
import { buildSchema, executeSync, getIntrospectionQuery, MaxIntrospectionDepthRule, parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import { createIntrospectionLimit } from './introspection-size.ts'

const schema = buildSchema(readFileSync(new URL('../../../../schema/api.graphql', import.meta.url), 'utf8'))
const limit = createIntrospectionLimit(schema)
const refusalOf = (text: string) => limit(parse(text))?.message ?? null
const whole = getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true })
const times = (count: number, write: (index: number) => string) => Array.from({ length: count }, (_, i) => write(i)).join(' ')

it('lets tools introspect, and whoever asks for a few types or for none', () => {
  expect(refusalOf(whole)).toBeNull()
  expect(refusalOf('{ __type(name: "Query") { fields { name args { name type { name } } } } }')).toBeNull()
  expect(refusalOf(`{ ${times(49, (i) => `a${i}: __type(name: "Post") { name kind }`)} }`)).toBeNull()
  expect(refusalOf('query ($n: String!) { __type(name: $n) { fields { name } } }')).toBeNull()
  expect(refusalOf('{ __typename posts: publicFeed { edges { cursor } } }')).toBeNull()
})

it('failed at the name of a type that is not there, which gives null', () => {
  expect(refusalOf('{ __type(name: "Nothing") { name kind fields { type { name } } } }')).toBeNull()
})

it.each([
  ['the same under many names', `{ ${times(49, (i) => `a${i}: __schema { types { name fields { name description } } }`)} }`],
  ['many fields of each type', `{ __schema { types { fields { ${times(90, (i) => `a${i}: name`)} } } } }`],
  [
    'the schema in each operation',
    times(9, (i) => `query Q${i} { __schema { types { fields { name description args { name } } } } }`),
  ],
  [
    'fields of types of fields, under many names',
    `{ __schema { types { ${times(40, (i) => `a${i}: fields { type { kind name } args { name } }`)} } } }`,
  ],
  [
    'fragments that double',
    `{ __schema { types { ...F0 } } } ${times(12, (i) => `fragment F${i} on __Type { a${i}: name ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F12 on __Type { fields { name } }`,
  ],
])('refuses %s', (_, text) => {
  expect(refusalOf(text)).toContain('too much of the schema')
})

it.each([
  '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
  '{ __type(name: "Query") { interfaces { possibleTypes { interfaces { name } } } } }',
  'query { ...F } fragment F on Query { __schema { types { ...G } } } fragment G on __Type { inputFields { type { inputFields { type { inputFields { name } } } } } }',
])('refuses lists as deep in one another as graphql-js does: %s', (text) => {
  expect(refusalOf(text)).toContain('introspection depth')
  expect(validate(schema, parse(text), [MaxIntrospectionDepthRule])).toHaveLength(1)
})

it('counts at least the values that the answer has', () => {
  // Whatever is admitted has an answer that is not much larger than that to the introspection query of tools.
  const most = 3 * JSON.stringify(executeSync({ schema, document: parse(whole) })).length
  for (const text of [
    `{ ${times(20, (i) => `a${i}: __schema { types { name } }`)} }`,
    `{ __schema { types { fields { ${times(40, (i) => `a${i}: name`)} } } } }`,
    `{ ${times(40, (i) => `a${i}: __type(name: "Query") { fields { name description } }`)} }`,
  ]) {
    if (refusalOf(text) === null) expect(JSON.stringify(executeSync({ schema, document: parse(text) })).length).toBeLessThan(most)
  }
})

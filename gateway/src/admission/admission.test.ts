import { readFileSync } from 'node:fs'
import { buildSchema, getIntrospectionQuery } from 'graphql'
import { expect, it } from 'vitest'
import { hostileRequests } from '../../test/testing/hostile-documents.ts'
import { createAdmission, MAX_ERRORS } from './admission.ts'
import { LIMITS } from './limits.ts'

const schema = buildSchema(`
  type Query { node: Node  list(ids: [Int!]): Int }
  type Node { id: ID  node: Node  list(ids: [Int!]): Int }
  type Subscription { changed: Node }
`)
const admit = createAdmission(schema, { introspection: true })
const admitToPlatform = createAdmission(
  buildSchema(readFileSync(new URL('../../../schema/api.graphql', import.meta.url), 'utf8')),
  {
    introspection: true,
  },
)
const refusal = (query: string, variables = {}) => {
  const admission = admit({ query, variables })
  return admission.ok ? [] : admission.errors.map((error) => error.message)
}
const nested = (levels: number) => `${'{ node '.repeat(levels)}{ id }${' }'.repeat(levels)}`

it('admits the introspection query of every tool', () => {
  expect(refusal(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, specifiedByUrl: true }))).toEqual([])
})

it('counts levels through fragments', () => {
  expect(refusal(nested(LIMITS.depth - 1))).toEqual([])
  expect(refusal(nested(LIMITS.depth))).toEqual([expect.stringContaining('levels of fields')])
  const half = LIMITS.depth / 2
  expect(
    refusal(`query { ...A } fragment A on Query ${nested(half).replace('id', '...B')} fragment B on Node ${nested(half)}`),
  ).toEqual([expect.stringContaining('levels of fields')])
})

it('counts what chained fragments write out, in no time', () => {
  const fragments = Array.from(
    { length: 40 },
    (_, i) => `fragment F${i} on Node { id a: node { ...F${i + 1} } b: node { ...F${i + 1} } }`,
  )
  const started = performance.now()
  expect(refusal(`{ node { ...F0 } } ${fragments.join(' ')} fragment F40 on Node { id }`)).toHaveLength(1)
  expect(performance.now() - started).toBeLessThan(200)
})

it('bounds tokens, fields, aliases and root fields', () => {
  expect(refusal(`{ node { ${'id '.repeat(LIMITS.tokens)} } }`)).toEqual([expect.stringContaining('tokens')])
  expect(refusal(`{ node { ${'id '.repeat(LIMITS.fields)} } }`)).toEqual([expect.stringContaining('fields')])
  const aliases = Array.from({ length: LIMITS.aliases + 1 }, (_, i) => `a${i}: id`)
  expect(refusal(`{ node { ${aliases.join(' ')} } }`)).toEqual([expect.stringContaining('aliases')])
  expect(refusal(`{ ${'list '.repeat(LIMITS.rootFields + 1)} }`)).toEqual([expect.stringContaining('root fields')])
})

it('bounds operations, and what stands between one pair of braces', () => {
  const operations = (count: number) => Array.from({ length: count }, (_, i) => `query Q${i} { list }`).join(' ')
  expect(admit({ query: operations(LIMITS.operations), operationName: 'Q0' }).ok).toBe(true)
  expect(refusal(operations(LIMITS.operations + 1))).toEqual([expect.stringContaining('operations')])
  expect(refusal(`{ node { ${'id '.repeat(LIMITS.selections)} } }`)).toEqual([])
  expect(refusal(`{ node { ${'id '.repeat(LIMITS.selections + 1)} } }`)).toEqual([expect.stringContaining('in one place')])
})

it('counts what fragments write out in literals, and in their characters', () => {
  const spread = (times: number, argument: string) =>
    `{ node { ${'...F '.repeat(times)} } } fragment F on Node { list(ids: ${argument}) }`
  expect(refusal(spread(9, `[${'1 '.repeat(1_000)}]`))).toEqual([])
  expect(refusal(spread(10, `[${'1 '.repeat(1_000)}]`))).toEqual([expect.stringContaining('names and literals')])
  expect(refusal(spread(10, `["${'x'.repeat(30_000)}"]`))).toEqual([expect.stringContaining('characters')])
})

it('leaves fragments in a circle to validation', () => {
  expect(refusal('{ node { ...A } } fragment A on Node { node { ...A } }')).toEqual([expect.stringContaining('within itself')])
})

it('bounds the number of errors, of a document and of variables', () => {
  expect(refusal(`{ ${Array.from({ length: 45 }, (_, i) => `x${i}`).join(' ')} }`).length).toBeLessThanOrEqual(MAX_ERRORS)
  const wrong = refusal('query Q($ids: [Int!]) { list(ids: $ids) }', { ids: Array.from({ length: 3_000 }, () => 'x') })
  expect(wrong.length).toBeGreaterThan(1)
  expect(wrong.length).toBeLessThanOrEqual(MAX_ERRORS)
})

it.each([
  'subscription { changed @skip(if: true) { id } }',
  'subscription S($yes: Boolean!) { changed @include(if: $yes) { id } }',
  'subscription { ... @include(if: true) { changed { id } } }',
  'subscription { ...A } fragment A on Subscription { changed @skip(if: false) { id } }',
])('refuses a subscription whose root may be skipped: %s', (query) => {
  expect(refusal(query)).toEqual([expect.stringContaining('neither @skip nor @include')])
})

it('admits a condition below the root of a subscription', () => {
  expect(refusal('subscription S($no: Boolean = false) { changed { id @include(if: $no) } }')).toEqual([])
})

it('says where in the text a variable that is wrong was declared, also when it knows the text', () => {
  const query = 'query Q(\n  $ids: [Int!]) { list(ids: $ids) }'
  expect(admit({ query }).ok).toBe(true)
  const admission = admit({ query, variables: { ids: ['x'] } })
  expect(admission.ok ? [] : admission.errors.map(({ locations }) => locations)).toEqual([[{ line: 2, column: 3 }]])
})

it('fills in default values beside the variables as they were sent', () => {
  const admission = admit({ query: 'query Q($ids: [Int!] = [1]) { list(ids: $ids) }', variables: { x: 1 } })
  expect(admission.ok && [admission.operation.variables, admission.operation.coercedVariables]).toEqual([{ x: 1 }, { ids: [1] }])
})

it('gives places for few of the nodes that are wrong, in a text of many lines', () => {
  const admission = admit({ query: `query (${'$a: Int\n'.repeat(1_500)}) { list }` })
  const [error] = admission.ok ? [] : admission.errors
  expect(error?.message).toBe('There can be only one variable named "$a".')
  expect(error?.locations?.length).toBeLessThanOrEqual(10)
  expect(error?.locations?.slice(0, 2)).toEqual([
    { line: 1, column: 9 },
    { line: 2, column: 2 },
  ])
})

it('does not send back what a client has written for as long as it is', () => {
  const long = 'x'.repeat(100_000)
  const messages = [
    ...refusal(`{ ${long} }`),
    ...refusal(
      `${Array.from({ length: 30 }, (_, i) => `query Q${i} { node { ...F } }`).join(' ')} fragment F on Node { list(ids: $${long}) }`,
    ),
    ...refusal('query Q($ids: [Int!]) { list(ids: $ids) }', { ids: [long, long] }),
  ]
  expect(messages.length).toBeGreaterThan(3)
  for (const message of messages) expect(message.length).toBeLessThan(600)
})

it.each(hostileRequests().filter(({ name }) => !name.includes('in place of a request')))(
  'admits or refuses, with a code that says whose fault it is: $name',
  ({ body }) => {
    const admission = admitToPlatform(JSON.parse(body))
    const codes = admission.ok ? [] : admission.errors.map(({ extensions }) => extensions.code)
    for (const code of codes) expect(code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_(PARSE|VALIDATION)_FAILED)$/)
  },
)

it('gives the same document for the same text, so that plans can be kept by it', () => {
  const [one, two] = [admit({ query: '{ list }' }), admit({ query: '{ list }' })]
  expect(one.ok && two.ok && one.operation.definition === two.operation.definition).toBe(true)
})

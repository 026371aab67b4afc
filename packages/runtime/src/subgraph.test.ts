import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { silentLog } from './log.ts'
import { defineSubgraph } from './subgraph.ts'
import { signedRequest } from './testing/signed-request.ts'
import { newProcessKey } from './viewer-keys.ts'

const SCHEMA = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { context: Int! }
  type Subscription { context: Int! }
`
const key = newProcessKey()
const folder = mkdtempSync(join(tmpdir(), 'planet-subgraph-'))
writeFileSync(join(folder, 'schema.graphql'), SCHEMA)
afterAll(() => rmSync(folder, { recursive: true }))

it('gives each event of a subscription a context of its own, so that nothing is cached from one to the next', async () => {
  type Context = { readonly number: number }
  let contexts = 0
  const subgraph = defineSubgraph<Context>({
    name: 'counting',
    folder: pathToFileURL(`${folder}/`),
    resolvers: {
      Query: { context: (_: unknown, __: unknown, { number }: Context) => number },
      Subscription: {
        context: {
          async *subscribe() {
            yield* [1, 2, 3]
          },
          resolve: (_: unknown, __: unknown, { number }: Context) => number,
        },
      },
    },
    viewerKeys: [key],
    log: silentLog,
    createContext: () => ({ number: ++contexts }),
    workers: [],
    close: async () => {},
  })
  const results = await subgraph.subscribe(signedRequest(key, 'counting', null, { query: 'subscription { context }' }))
  if (!(Symbol.asyncIterator in results)) throw new Error('there is no stream')
  const seen = []
  for await (const { data } of results) seen.push(data?.context)
  // The first one is of the subscribing itself.
  expect(seen).toEqual([2, 3, 4])
})

describe('a null where the schema takes none', () => {
  const texts = mkdtempSync(join(tmpdir(), 'planet-subgraph-'))
  writeFileSync(
    join(texts, 'schema.graphql'),
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
     type Query { list(first: Int! = 20): Int  thing: Thing }
     type Mutation { change(input: Change! = {}): Int }
     type Subscription { changed(sampled: Boolean! = true): Int }
     type Thing @key(fields: "id") { id: ID!  list(first: Int! = 20): Int }
     input Change { to: Int! = 1 }`,
  )
  afterAll(() => rmSync(texts, { recursive: true }))
  let ran = 0
  const run = () => ++ran
  const subgraph = defineSubgraph<object>({
    name: 'lists',
    folder: pathToFileURL(`${texts}/`),
    resolvers: {
      Query: { list: run, thing: () => ({ id: '1' }) },
      Mutation: { change: run },
      Subscription: {
        changed: {
          async *subscribe() {
            yield { changed: run() }
          },
        },
      },
      Thing: { __resolveReference: ({ id }: { id: string }) => ({ id }), list: run },
    },
    viewerKeys: [key],
    log: silentLog,
    createContext: () => ({}),
    workers: [],
    close: async () => {},
  })

  it.each([
    ['a query', 'query ($v: Int) { list(first: $v) }', {}],
    [
      'an entity',
      'query ($v: Int, $r: [_Any!]!) { _entities(representations: $r) { ... on Thing { list(first: $v) } } }',
      {
        r: [{ __typename: 'Thing', id: '1' }],
      },
    ],
    ['a mutation', 'mutation ($v: Int) { change(input: { to: $v }) }', {}],
    ['a subscription', 'subscription ($v: Boolean) { changed(sampled: $v) }', {}],
  ])('in %s is refused before anything is done, first and later; it was INTERNAL', async (_, query, more) => {
    const request = signedRequest(key, 'lists', null, { query, variables: { ...more, v: null } })
    const before = ran
    for (let i = 0; i < 3; i++) {
      const result = await (query.startsWith('subscription') ? subgraph.subscribe(request) : subgraph.execute(request))
      expect(result).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
      expect(result).not.toHaveProperty('data')
    }
    expect(ran).toBe(before)
  })
})

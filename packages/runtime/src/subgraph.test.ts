import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { silentLog } from './log.ts'
import { defineSubgraph } from './subgraph.ts'
import { createViewerSigner } from './viewer.ts'

const SCHEMA = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { context: Int! }
  type Subscription { context: Int! }
`
const secret = new Uint8Array(32).fill(7)
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
    viewerSecret: secret,
    log: silentLog,
    createContext: () => ({ number: ++contexts }),
    workers: [],
    close: async () => {},
  })
  const results = await subgraph.subscribe({
    query: 'subscription { context }',
    viewerToken: createViewerSigner(secret).sign(null),
    requestId: 'test',
    signal: new AbortController().signal,
  })
  if (!(Symbol.asyncIterator in results)) throw new Error('there is no stream')
  const seen = []
  for await (const { data } of results) seen.push(data?.context)
  // The first one is of the subscribing itself.
  expect(seen).toEqual([2, 3, 4])
})

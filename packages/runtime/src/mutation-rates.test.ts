import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSchema } from 'graphql'
import { afterAll, expect, it } from 'vitest'
import { silentLog } from './log.ts'
import { keepMutationRates, type RateKeeping, readMutationRates } from './mutation-rates.ts'
import { defineSubgraph } from './subgraph.ts'
import { eventually } from './testing/patience.ts'
import { signedRequest } from './testing/signed-request.ts'
import { newViewer } from './testing/subgraph.ts'
import type { Viewer } from './viewer.ts'
import { newProcessKey, verifyingKeyOf } from './viewer-keys.ts'

const SCHEMA = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { count: Int! }
  type Mutation { add: Int! @rate(perMinute: 3)  take: Int! @rate(perMinute: 2) }
`
const key = newProcessKey()
const folder = mkdtempSync(join(tmpdir(), 'planet-rates-'))
writeFileSync(join(folder, 'schema.graphql'), SCHEMA)
afterAll(() => rmSync(folder, { recursive: true }))

/** A subgraph that adds and takes, and how to ask it as somebody. */
function startCounting(rates: RateKeeping = {}) {
  let count = 0
  const subgraph = defineSubgraph({
    name: 'counting',
    folder: pathToFileURL(`${folder}/`),
    resolvers: { Query: { count: () => count }, Mutation: { add: () => ++count, take: () => --count } },
    viewerKeys: [verifyingKeyOf(key)],
    log: silentLog,
    createContext: () => ({}),
    workers: [],
    close: async () => {},
    rates,
  })
  const ask = (viewer: Viewer | null, query: string) => subgraph.execute(signedRequest(key, subgraph.name, viewer, { query }))
  return { ask, count: () => count }
}

it('refuses what is beyond the rate of one user and one mutation, before anything is done', async () => {
  const { ask, count } = startCounting()
  const [ada, ben] = [newViewer(), newViewer()]
  const answers = []
  for (let i = 0; i < 5; i++) answers.push(await ask(ada, 'mutation { add }'))
  expect(answers.map(({ data }) => data?.add ?? null)).toEqual([1, 2, 3, null, null])
  const refusal = answers.at(-1)?.errors?.[0]
  expect(refusal).toMatchObject({ path: ['add'], extensions: { code: 'RATE_LIMITED', limit: 3 } })
  expect(refusal?.extensions.retryAfterMs).toBeGreaterThan(0)
  expect(refusal?.extensions.retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(count()).toBe(3)
  expect((await ask(ada, 'mutation { take }')).data?.take).toBe(2)
  expect((await ask(ben, 'mutation { add }')).data?.add).toBe(3)
  expect((await ask(ada, '{ count }')).data?.count).toBe(3)
})

it('counts every repetition within one operation', async () => {
  const { ask, count } = startCounting()
  const { errors } = await ask(newViewer(), 'mutation { a: add b: add c: add d: add }')
  expect(errors).toMatchObject([{ path: ['d'], extensions: { code: 'RATE_LIMITED' } }])
  expect(count()).toBe(3)
  // An answer with names that graphql-js has to tell apart goes another way.
  const again = await ask(newViewer(), `mutation { __proto__: add b: add c: add d: add }`)
  expect(again.errors?.some(({ extensions }) => extensions.code === 'RATE_LIMITED')).toBe(true)
})

it('counts nothing while the sandbox plays its past, and from its end on', async () => {
  let isUnhurried = true
  const { ask, count } = startCounting({ isUnhurried: () => isUnhurried })
  const ada = newViewer()
  for (let i = 0; i < 10; i++) await ask(ada, 'mutation { add }')
  expect(count()).toBe(10)
  isUnhurried = false
  for (let i = 0; i < 10; i++) await ask(ada, 'mutation { add }')
  expect(count()).toBe(13)
})

it('lets a user go on when the window is over, in real time', async () => {
  const schema = buildSchema('type Query { a: Int } type Mutation { add: Int }')
  const field = schema.getMutationType()?.getFields().add
  if (!field) throw new Error('no field')
  field.resolve = () => 1
  const viewer = newViewer()
  keepMutationRates(schema, [{ mutation: 'add', perMinute: 1 }], { viewerOf: () => viewer, windowS: 1 })
  // The resolver looks at nothing that it is given.
  const add = async () => field.resolve?.(null, {}, {}, null as never)
  expect(await add()).toBe(1)
  await expect(add()).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED' } })
  await eventually(async () => expect(await add()).toBe(1))
})

it('allows as many times more as is configured', async () => {
  const { ask, count } = startCounting({ factor: 3 })
  const ada = newViewer()
  for (let i = 0; i < 20; i++) await ask(ada, 'mutation { add }')
  expect(count()).toBe(9)
})

it('reads the rates of a schema, and refuses one of a mutation that there is not', () => {
  expect(readMutationRates(SCHEMA)).toEqual([
    { mutation: 'add', perMinute: 3 },
    { mutation: 'take', perMinute: 2 },
  ])
  expect(readMutationRates('extend type Mutation { b: Int @rate(perMinute: 5) a: Int }')).toEqual([
    { mutation: 'b', perMinute: 5 },
  ])
  const schema = buildSchema('type Query { a: Int }')
  expect(() => keepMutationRates(schema, [{ mutation: 'add', perMinute: 1 }], { viewerOf: () => null })).toThrow('add')
})

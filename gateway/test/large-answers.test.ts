import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@planet/runtime/log'
import { eventually } from '@planet/runtime/testing/patience'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type GatewayDeps } from '../src/gateway.ts'
import { openDevIssuer } from '../src/identity/dev-issuer.ts'
import { type CrowdGraph, startCrowdGraph } from './testing/crowd-graph.ts'

type Answer = {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
  readonly extensions?: { readonly cost: { readonly estimated: number; readonly actual: number } }
}

type Crowd = AsyncDisposable & {
  readonly graph: CrowdGraph
  readonly ask: (query: string, init?: RequestInit) => Promise<Answer>
  /** All that a subscription gives. */
  readonly follow: (query: string) => Promise<readonly Answer[]>
}

async function startCrowd(over: 'local' | 'http', deps: Partial<GatewayDeps> = {}): Promise<Crowd> {
  const home = mkdtempSync(join(tmpdir(), 'planet-crowd-home-'))
  const viewerKey = newProcessKey()
  const graph = await startCrowdGraph(over, viewerKey, silentLog, deps.maxReplyBytes)
  const gateway = await createGateway({
    mode: 'development',
    supergraphSdl: graph.supergraphSdl,
    transports: graph.transports,
    viewerKey,
    identity: { kind: 'development', issuer: await openDevIssuer(home), people: [] },
    log: silentLog,
    graphiql: null,
    ...deps,
  })
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 })
  return {
    graph,
    async ask(query, { headers = {}, ...init } = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
        ...init,
      })
      return (await response.json()) as Answer
    },
    async follow(query) {
      const stream = await gateway.subscribe({ query }, { viewer: null })
      if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream))
      const events: Answer[] = []
      // What a client gets is JSON.
      for await (const event of stream) events.push(JSON.parse(JSON.stringify(event)) as Answer)
      return events
    },
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await graph[Symbol.asyncDispose]()
      rmSync(home, { recursive: true })
    },
  }
}

const codesOf = ({ data, errors }: Answer) => ({ data, codes: errors?.map(({ extensions }) => extensions.code) })
const TOO_LARGE = { data: null, codes: ['RESPONSE_TOO_LARGE'] }

describe.each([
  ['compiled', 'local'],
  ['compiled', 'http'],
  ['apollo', 'local'],
] as const)('the engine %s over %s', (engine, over) => {
  let crowd: Crowd
  beforeAll(async () => {
    crowd = await startCrowd(over, { engine, maxAnswerBytes: 200_000, maxReplyBytes: 150_000 })
  })
  afterAll(() => crowd[Symbol.asyncDispose]())

  // The first use of an operation and the later ones run different code.
  it.each([
    ['a subgraph gives too much of', '{ crowd(count: 5000) { id name } }'],
    ['a subgraph gives too much within', '{ crowd(count: 100) { friends(count: 100) { id name } } }'],
    ['a subgraph gives too much in one text of', '{ crowd(count: 1) { text(length: 160000) } }'],
    ['a subgraph gives too much after a wait of', '{ crowd(count: 5000) { id later } }'],
    [
      'several subgraphs give too much together of',
      '{ crowd(count: 1000) { id text(length: 100) home { about(length: 100) } } }',
    ],
    ['a mutation gives too much of', 'mutation { gather(count: 5000) { id name } }'],
  ])('refuses plainly, at every use, what %s: %s', async (_, query) => {
    for (let use = 0; use < 3; use++) expect(codesOf(await crowd.ask(query))).toEqual(TOO_LARGE)
  })

  it('answers the rest where a subgraph gives too much for a part that may be null', async () => {
    const query = '{ one { id home { about(length: 160000) } } }'
    for (let use = 0; use < 3; use++) {
      const answer = codesOf(await crowd.ask(query))
      expect(answer).toEqual({ data: { one: { id: 'p0', home: null } }, codes: ['RESPONSE_TOO_LARGE'] })
    }
  })
})

describe.each(['local', 'http'] as const)('over %s', (over) => {
  let crowd: Crowd
  beforeAll(async () => {
    crowd = await startCrowd(over)
  })
  afterAll(() => crowd[Symbol.asyncDispose]())

  const person = (n: number) => ({ id: `p${n}`, name: `Name of p${n}` })
  const many = <Item>(count: number, item: (n: number) => Item) => Array.from({ length: count }, (_, n) => item(n))

  it.each([
    ['{ crowd(count: 20000) { id name } }', { crowd: many(20_000, person) }],
    ['{ crowd(count: 20000) { id later } }', { crowd: many(20_000, (n) => ({ id: `p${n}`, later: `Later of p${n}` })) }],
    [
      '{ crowd(count: 90) { friends(count: 90) { friends(count: 3) { id name } } } }',
      { crowd: many(90, () => ({ friends: many(90, () => ({ friends: many(3, person) })) })) },
    ],
    [
      '{ crowd(count: 9000) { id home { name } name } }',
      { crowd: many(9_000, (n) => ({ id: `p${n}`, home: { name: 'Home' }, name: `Name of p${n}` })) },
    ],
    [
      '{ crowd(count: 40) { friends(count: 200) { home { visitors(count: 3) { home { name } } } } } }',
      {
        crowd: many(40, () => ({
          friends: many(200, () => ({ home: { visitors: many(3, () => ({ home: { name: 'Home' } })) } })),
        })),
      },
    ],
    [
      'mutation { gather(count: 9000) { name home { name } } }',
      { gather: many(9_000, (n) => ({ name: `Name of p${n}`, home: { name: 'Home' } })) },
    ],
  ])('gives the whole of a large answer, at every use: %s', async (query, data) => {
    for (let use = 0; use < 3; use++) expect(await crowd.ask(query)).toEqual({ data })
  })

  it('gives nulls for what is missing in a large answer, with their errors', async () => {
    const query = '{ rare(count: 3000) { id missing } crowd(count: 3000) { id } }'
    for (let use = 0; use < 3; use++) {
      const { data, codes } = codesOf(await crowd.ask(query))
      expect(data).toEqual({ rare: many(3_000, () => null), crowd: many(3_000, (n) => ({ id: `p${n}` })) })
      expect(codes).toEqual(many(20, () => 'INTERNAL'))
    }
  })

  it('resolves no more of an answer once it is too large', async () => {
    const before = crowd.graph.resolved()
    expect(codesOf(await crowd.ask('{ crowd(count: 500000) { text(length: 100) } }'))).toEqual(TOO_LARGE)
    // 8 MiB are some 80,000 of them.
    expect(crowd.graph.resolved() - before).toBeLessThan(100_000)
  })

  it('cuts off an event while a subgraph makes it', async () => {
    const before = crowd.graph.resolved()
    const events = await crowd.follow('subscription { gathered(count: 500000) { text(length: 100) } }')
    expect(events.map(codesOf)).toEqual([TOO_LARGE])
    expect(crowd.graph.resolved() - before).toBeLessThan(100_000)
  })

  it('answers others while it makes a large answer', async () => {
    let isLargeOver = false
    const before = crowd.graph.resolved()
    const large = crowd.ask('{ crowd(count: 90000) { id later } }').then((answer) => {
      isLargeOver = true
      return answer
    })
    await eventually(() => expect(crowd.graph.resolved()).toBeGreaterThan(before + 1_000), 1)
    expect(await crowd.ask('{ one { id } }')).toEqual({ data: { one: { id: 'p0' } } })
    expect(isLargeOver).toBe(false)
    await large
  })

  it('stops working when the client has gone', async () => {
    const client = new AbortController()
    const before = crowd.graph.resolved()
    const asked = crowd.ask('{ crowd(count: 400000) { later } }', { signal: client.signal }).catch((error: unknown) => error)
    await eventually(() => expect(crowd.graph.resolved()).toBeGreaterThan(before), 1)
    client.abort()
    await asked
    // Who comes after that gets an answer, and by then nothing more is done for who has gone.
    await crowd.ask('{ one { id } }')
    const after = crowd.graph.resolved()
    await crowd.ask('{ one { id } }')
    expect(crowd.graph.resolved()).toBe(after)
  })
})

it('charges all that was estimated for an answer that is too large to be given', async () => {
  await using crowd = await startCrowd('local', { maxAnswerBytes: 20_000 })
  const { data, extensions } = await crowd.ask('{ crowd(count: 5000) { id name } }', { headers: { 'x-graphql-cost': 'true' } })
  const { estimated, actual } = extensions?.cost ?? { estimated: 0, actual: 0 }
  expect({ data, actual }).toEqual({ data: null, actual: estimated })
  expect(estimated).toBeGreaterThan(0)
})

it('refuses an event of a subscription that is too large', async () => {
  await using crowd = await startCrowd('local', { maxAnswerBytes: 20_000 })
  const events = await crowd.follow('subscription { gathered(count: 5000) { id name } }')
  expect(events.map(codesOf)).toEqual([TOO_LARGE])
})

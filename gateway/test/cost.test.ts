import { once } from 'node:events'
import { connect } from 'node:net'
import { CALLER_LIMITS, type CallerLimits } from '@planet/runtime/caller-limits'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineName } from '../src/config.ts'
import { startTestGateway, type TestGateway } from './testing/test-gateway.ts'

const open: TestGateway[] = []
afterEach(async () => {
  for (const test of open.splice(0)) await test[Symbol.asyncDispose]()
})

/** A gateway whose anonymous callers have these limits, over subgraphs that note whether they were asked. */
async function start(anonymous: Partial<CallerLimits>, engine: EngineName = 'compiled', trustedProxies = 0) {
  const callerLimits = { ...CALLER_LIMITS, anonymous: { ...CALLER_LIMITS.anonymous, ...anonymous } }
  const test = await startTestGateway({ deps: { engine, callerLimits, trustedProxies } })
  open.push(test)
  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const response = await test.post({ query }, headers)
    return { status: response.status, headers: response.headers, ...((await response.json()) as Body) }
  }
  return { ...test, ask }
}
type Body = {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions: Record<string, unknown> }[]
  readonly extensions?: unknown
}

const left = (headers: Headers) => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
/** A room, its host and the host's friend: 3. */
const THREE = '{ room(id: "1") { title host { name friend { name } } } }'
const ENGINES: readonly EngineName[] = ['compiled', 'apollo']

describe.each(ENGINES)('an operation, by the %s engine,', (engine) => {
  it('is run at the limit of what it may cost', async () => {
    const { ask } = await start({ costPerOperation: 3 }, engine)
    expect(await ask(THREE)).toMatchObject({ status: 200, data: { room: { host: { friend: { name: 'Friend' } } } } })
  })

  it('is refused beyond it before any subgraph is asked, with what costs most', async () => {
    const { ask, graph } = await start({ costPerOperation: 2 }, engine)
    graph.behave('hang')
    const { status, data, errors } = await ask(THREE)
    expect([status, data]).toEqual([400, undefined])
    expect(errors?.[0]?.extensions).toEqual({
      code: 'COST_EXCEEDED',
      unit: 'cost',
      estimated: 3,
      limit: 2,
      heaviestFields: [
        { path: 'room', coordinate: 'Query.room', cost: 1 },
        { path: 'room.host', coordinate: 'Room.host', cost: 1 },
        { path: 'room.host.friend', coordinate: 'Person.friend', cost: 1 },
      ],
    })
  })

  it('is refused beyond what its answer may hold', async () => {
    const { ask } = await start({ nodesPerOperation: 4 }, engine)
    expect((await ask('{ roles }')).errors?.[0]?.extensions).toMatchObject({ unit: 'nodes', estimated: 5, limit: 4 })
    expect((await ask(THREE)).status).toBe(200)
  })

  it('says what it was estimated at and what it came to if a header asks for that', async () => {
    const { ask } = await start({}, engine)
    const { extensions } = await ask('{ rooms { title host { name } } }', { 'x-graphql-cost': 'true' })
    expect(extensions).toEqual({ cost: { estimated: 10, actual: 6 } })
    expect(await ask('{ rooms { title } }')).not.toHaveProperty('extensions')
  })

  it('takes of the budget what it came to', async () => {
    const { ask } = await start({}, engine)
    const lefts: number[] = []
    for (let n = 0; n < 5; n++) lefts.push(left((await ask('{ rooms { title host { name } } }')).headers))
    expect(lefts).toEqual([99_994, 99_988, 99_982, 99_976, 99_970])
  })
})

describe('a budget', () => {
  it('is told with every answer, refusals included', async () => {
    const { ask } = await start({ costPerOperation: 2 })
    const { headers } = await ask('{ rooms }')
    expect(headers.get('ratelimit-policy')).toBe('"cost";q=100000;w=60')
    expect(headers.get('ratelimit')).toMatch(/^"cost";r=99999;t=(60|59)$/)
    expect(left((await ask(THREE)).headers)).toBe(99_998)
  })

  it('that is empty refuses with 429 and says when to come back', async () => {
    const { ask } = await start({ costPerOperation: 10, costPerMinute: 10 })
    for (let n = 0; n < 3; n++) expect((await ask(THREE)).status).toBe(200)
    const { status, headers, data, errors } = await ask(THREE)
    expect([status, data]).toEqual([429, undefined])
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', limit: 10, remaining: 1, estimated: 3 })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('{ room(id: "1") { id } }')).status).toBe(200)
    expect((await ask('{ nothing }')).status).toBe(429)
  })

  it('of one address is not that of a user, nor of another address behind a trusted proxy', async () => {
    const { ask, token } = await start({ costPerOperation: 3, costPerMinute: 3 }, 'compiled', 1)
    expect((await ask(THREE, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200)
    expect((await ask(THREE, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(429)
    expect((await ask(THREE, { 'x-forwarded-for': '192.0.2.1, 192.0.2.2' })).status).toBe(200)
    const authorization = `Bearer ${await token(['user'])}`
    expect((await ask(THREE, { authorization, 'x-forwarded-for': '192.0.2.1' })).status).toBe(200)
  })

  it('cannot be had anew by a header that no proxy has written', async () => {
    const { ask } = await start({ costPerOperation: 3, costPerMinute: 3 })
    expect((await ask(THREE, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200)
    expect((await ask(THREE, { 'x-forwarded-for': '192.0.2.2' })).status).toBe(429)
  })

  it('is one for requests side by side, which take no more than there is', async () => {
    const { ask } = await start({ costPerOperation: 10, costPerMinute: 30 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(THREE)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
  })

  it('is the same for GET, for what only a complete HTTP parser reads, and for streams of events', async () => {
    const { url } = await start({})
    const search = `query=${encodeURIComponent('{ rooms { title } }')}`
    const get = await fetch(`${url}/graphql?${search}`, { headers: { 'x-graphql-cost': '1' } })
    expect([left(get.headers), await get.json()]).toMatchObject([99_997, { extensions: { cost: { estimated: 5, actual: 3 } } }])
    const body = JSON.stringify({ query: '{ rooms { title } }' })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${new URL(url).host}\r\nconnection: close\r\ntransfer-encoding: chunked\r\nx-graphql-cost: true\r\ncontent-type: application/json\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    )
    const text = (await socket.toArray()).join('')
    expect(text).toContain('r=99994;')
    expect(text).toContain('"extensions":{"cost":{"estimated":5,"actual":3}}')
    const stream = await fetch(`${url}/graphql/stream?${search}`, {
      headers: { accept: 'text/event-stream', 'x-graphql-cost': 'true' },
    })
    expect(await stream.text()).toContain('"extensions":{"cost":{"estimated":5,"actual":3}}')
    expect(left((await fetch(`${url}/graphql?${search}`)).headers)).toBe(99_988)
  })

  it('does not count what a program that embeds the gateway runs, which may cost no more than anybody', async () => {
    const { gateway } = await start({ costPerOperation: 3, costPerMinute: 3 })
    for (let n = 0; n < 3; n++) expect((await gateway.execute({ query: THREE }, { viewer: null })).errors).toBeUndefined()
    const { errors } = await gateway.execute({ query: '{ rooms { host { name } } }' }, { viewer: null })
    expect(errors?.[0]?.extensions.code).toBe('COST_EXCEEDED')
  })
})

describe('over a socket', () => {
  it('an event may cost no more than an answer', async () => {
    const { sockets } = await start({ costPerOperation: 2 })
    const client = sockets()
    const refused = client.iterate({ query: 'subscription { roomChanged(id: "1") { host { friend { name } } } }' })
    await expect(refused.next()).rejects.toMatchObject([{ extensions: { code: 'COST_EXCEEDED', estimated: 3 } }])
    await client.dispose()
  })

  it('a subscription that the budget does not cover is refused, and a query too', async () => {
    const { sockets, ask } = await start({ costPerOperation: 3, costPerMinute: 3 })
    await ask(THREE)
    const client = sockets()
    for (const query of ['subscription { roomChanged(id: "1") { title } }', '{ room(id: "1") { title } }']) {
      const { value } = await client.iterate({ query }).next()
      expect(value).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
    }
    await client.dispose()
  })
})

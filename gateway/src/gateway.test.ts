import { connect } from 'node:net'
import { silentLog } from '@planet/runtime/log'
import { eventually } from '@planet/runtime/testing/patience'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createLogRecorder } from '../test/testing/log-recorder.ts'
import { INTERNAL_DETAIL } from '../test/testing/small-graph.ts'
import { ada, startTestGateway, type TestGateway } from '../test/testing/test-gateway.ts'
import { createGateway } from './gateway.ts'

describe.each([
  ['apollo', 'local'],
  ['apollo', 'http'],
  ['compiled', 'local'],
  ['compiled', 'http'],
] as const)('a gateway with the %s engine whose subgraphs are reached over %s', (engine, over) => {
  let test: TestGateway
  const { log, lines: logged } = createLogRecorder()

  beforeAll(async () => {
    test = await startTestGateway({ over, log, deps: { engine } })
  })
  afterEach(() => {
    test.graph.behave('answer')
    logged.length = 0
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('answers one query from two subgraphs', async () => {
    const response = await test.post({ query: '{ rooms { title host { name } } }' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      data: { rooms: ['1', '2', '3'].map((id) => ({ title: `Room ${id}`, host: { name: `Name of p${id}` } })) },
    })
  })

  it('takes a query by GET and refuses a mutation by GET', async () => {
    const get = (query: string) => fetch(`${test.url}/graphql?${new URLSearchParams({ query, variables: '{"id":"2"}' })}`)
    expect(await (await get('query Q($id: ID!) { room(id: $id) { title } }')).json()).toEqual({
      data: { room: { title: 'Room 2' } },
    })
    const refused = await get('mutation M($id: ID!) { renameRoom(id: $id, title: "x") { id } }')
    expect(refused.status).toBe(405)
    expect(refused.headers.get('allow')).toBe('POST')
  })

  it('passes the verified viewer to the subgraphs, and anonymous where there is no token', async () => {
    const authorization = `Bearer ${await test.token(['analyst'])}`
    const query = '{ whoami roles room(id: "1") { host { seenBy } } }'
    expect(await (await test.post({ query }, { authorization })).json()).toEqual({
      data: { whoami: ada.userId, roles: ['user', 'analyst'], room: { host: { seenBy: ada.userId } } },
    })
    expect(await (await test.post({ query })).json()).toEqual({
      data: { whoami: 'nobody', roles: [], room: { host: { seenBy: 'nobody' } } },
    })
  })

  it('never takes an invalid token for nobody', async () => {
    for (const authorization of ['Bearer nonsense', 'Bearer ', 'Basic YTpi', '']) {
      const response = await test.post({ query: '{ whoami }' }, { authorization })
      expect(response.status, authorization).toBe(401)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    }
  })

  it('hides what went wrong inside, names the request and logs the cause under its id', async () => {
    const response = await test.post({ query: '{ broken }' }, { 'x-request-id': 'req-1' })
    const text = await response.text()
    expect(text).not.toContain('select')
    expect(JSON.parse(text)).toMatchObject({
      data: { broken: null },
      errors: [{ path: ['broken'], extensions: { code: 'INTERNAL' } }],
    })
    expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'INTERNAL', requestId: 'req-1' })
    expect(response.headers.get('x-request-id')).toBe('req-1')
    expect(logged.filter((line) => line.includes('"requestId":"req-1"') && line.includes(INTERNAL_DETAIL))).toHaveLength(1)
  })

  it('costs a branch, not the page, when a subgraph fails, and leaks nothing of it', async () => {
    test.graph.behave('fail')
    const text = await (await test.post({ query: '{ room(id: "1") { title host { name } } }' })).text()
    expect(JSON.parse(text)).toMatchObject({
      data: { room: { title: 'Room 1', host: null } },
      errors: [{ extensions: { code: 'INTERNAL' } }],
    })
    expect(text).not.toContain(INTERNAL_DETAIL)
    expect(text).not.toContain('people')
  })

  it('answers within the deadline when a subgraph hangs, with what is there and a coded error', async () => {
    test.graph.behave('hang')
    const started = performance.now()
    const result = await (await test.post({ query: '{ room(id: "1") { title host { name } } }' })).json()
    expect(performance.now() - started).toBeLessThan(4_000)
    expect(result).toEqual({
      data: { room: { title: 'Room 1', host: null } },
      errors: [
        {
          message: 'A part of the graph did not answer in time. Try again.',
          path: ['room', 'host'],
          extensions: { code: 'UNAVAILABLE' },
        },
      ],
    })
  })

  it('reports a null that the API does not allow as its own fault', async () => {
    const result = await (await test.post({ query: '{ promised }' })).json()
    expect(result).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL' } }] })
  })

  it('takes the fault of an unknown, ambiguous or missing operation name as the client’s', async () => {
    const query = 'query A { whoami } query B { whoami }'
    for (const operationName of ['C', undefined]) {
      const response = await test.post({ query, operationName })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    }
    expect((await test.post({ query, operationName: 'B' })).status).toBe(200)
  })

  it('runs a mutation and answers an operation called in this process', async () => {
    const rename = 'mutation R($title: String!) { renameRoom(id: "3", title: $title) { title host { name } } }'
    expect(await test.gateway.execute({ query: rename, variables: { title: 'Renamed' } }, { viewer: null })).toEqual({
      data: { renameRoom: { title: 'Renamed', host: { name: 'Name of p3' } } },
    })
    test.graph.renameRoom('3', 'Room 3')
  })

  it('stops waiting for subgraphs when the client has gone, and is not confused by it', async () => {
    test.graph.behave('hang')
    const gone = new AbortController()
    const pending = test.post({ query: '{ room(id: "1") { host { name } } }' }, {}, gone.signal).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    gone.abort()
    expect(await pending).toBeInstanceOf(Error)
    test.graph.behave('answer')
    expect((await test.post({ query: '{ whoami }' })).status).toBe(200)
    expect(logged.filter((line) => line.includes('did not answer'))).toEqual([])
  })
})

describe('a gateway', () => {
  let test: TestGateway
  beforeAll(async () => {
    test = await startTestGateway()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const raw = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${test.url}/graphql`, { method: 'POST', headers, body })

  it('refuses bodies that are no JSON, no request, of another type or too large', async () => {
    expect((await raw('{')).status).toBe(400)
    expect((await raw('[]')).status).toBe(400)
    expect((await raw('{"query":"{ whoami }","variables":[]}')).status).toBe(400)
    expect((await raw('{"query":"{ whoami }"}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await raw(JSON.stringify({ query: `# ${'x'.repeat(300_000)}\n{ whoami }` }))).status).toBe(413)
  })

  it('refuses what does not parse or validate with a code and HTTP 400', async () => {
    const syntax = await test.post({ query: '{ whoami' })
    expect([syntax.status, await syntax.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
    ])
    const unknown = await test.post({ query: '{ who }' })
    expect([unknown.status, await unknown.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' }, locations: [{ line: 1, column: 3 }] }] },
    ])
  })

  it('answers a wrong variable with BAD_USER_INPUT', async () => {
    const response = await test.post({ query: 'query Q($id: ID!) { room(id: $id) { id } }', variables: { id: { a: 1 } } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  })

  it('sends a subscription to the socket', async () => {
    const response = await test.post({ query: 'subscription { roomChanged(id: "1") { id } }' })
    expect(response.status).toBe(400)
  })

  it('takes a request id of the caller only if it is harmless', async () => {
    const idFor = async (given: string) =>
      (await test.post({ query: '{ whoami }' }, { 'x-request-id': given })).headers.get('x-request-id')
    expect(await idFor('abc.1-2_3')).toBe('abc.1-2_3')
    expect(await idFor('<script>')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('says that it lives and is ready', async () => {
    expect((await fetch(`${test.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${test.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${test.url}/nothing`)).status).toBe(404)
  })

  it('told its metrics to everybody on the port of the API', async () => {
    expect((await fetch(`${test.url}/metrics`)).status).toBe(404)
    expect((await fetch(test.metricsUrl, { method: 'POST' })).status).toBe(405)
    expect((await fetch(new URL('/graphql?query={__typename}', test.metricsUrl))).status).toBe(404)
  })

  it('counts what became of operations, and what planning took', async () => {
    const read = async () => {
      const response = await fetch(test.metricsUrl)
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
      const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      return new Map(lines.map((line): [string, number] => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]))
    }
    const before = await read()
    const query = '{ counted: whoami }'
    for (const body of [{ query }, { query }, { query: '{ nothing }' }]) await test.post(body)
    const after = await read()
    const grown = (name: string) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? 0)
    expect(grown('planet_gateway_operations_total{outcome="answered"}')).toBe(2)
    expect(grown('planet_gateway_operations_total{outcome="refused"}')).toBe(1)
    expect(grown('planet_gateway_plan_cache_misses_total')).toBe(1)
    expect(grown('planet_gateway_plan_cache_hits_total')).toBe(1)
    expect(grown('planet_gateway_planning_seconds_count')).toBe(1)
    expect(grown('planet_gateway_planning_seconds_sum')).toBeGreaterThan(0)
    expect(grown('planet_gateway_plan_cache_entries')).toBe(1)
    expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(0)
  })

  it('survives a request target that is no URL', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(test.url).port), '127.0.0.1', () =>
        socket.end(`GET // HTTP/1.1\r\nhost: ${new URL(test.url).host}\r\nconnection: close\r\n\r\n`),
      )
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
  })

  it('prints the plan of an operation', async () => {
    expect(await test.gateway.explain({ query: '{ rooms { host { name } } }' })).toMatch(
      /Fetch\(service: "rooms"\)[^]*Fetch\(service: "people"\)/,
    )
  })
})

it('names the variable when the port is taken', async () => {
  await using test = await startTestGateway()
  const port = Number(new URL(test.url).port)
  await expect(startTestGateway({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use. Set PORT`)
})

it('does not start in production with the development issuer, or without a way to a subgraph', async () => {
  await expect(startTestGateway({ deps: { mode: 'production' } })).rejects.toThrow('must not run in production')
  await expect(startTestGateway({ deps: { transports: {} } })).rejects.toThrow('no transport: people, rooms')
})

it('hides the schema, also from suggestions, where introspection is off', async () => {
  await using test = await startTestGateway({ deps: { introspection: false } })
  const refused = await test.post({ query: '{ __schema { queryType { name } } }' })
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('introspection has been disabled')])
  expect(await (await test.post({ query: '{ whoamj }' })).text()).not.toContain('whoami')
})

it('has no page and no introspection in production by itself', async () => {
  const identity = { kind: 'provider', verifyToken: () => Promise.reject(new Error('nobody has a token')) } as const
  await using test = await startTestGateway({ deps: { mode: 'production', identity } })
  expect((await test.post({ query: '{ __schema { queryType { name } } }' })).status).toBe(400)
  expect((await fetch(`${test.url}/graphiql`)).status).toBe(404)
})

it('is not ready while what it stands on is not', async () => {
  await using test = await startTestGateway({ deps: { isReady: async () => false } })
  expect((await fetch(`${test.url}/readyz`)).status).toBe(503)
})

it('tells each part that it stands on, and is ready while one of its subgraphs is', async () => {
  const database = { isReady: true }
  await using test = await startTestGateway({ over: 'http', deps: { isReady: async () => database.isReady } })
  const look = async () => {
    const response = await fetch(`${test.url}/readyz`)
    return { status: response.status, body: await response.json() }
  }
  const parts = { database: 'ready', people: 'ready', rooms: 'ready' }
  expect(await look()).toEqual({ status: 200, body: { status: 'ready', parts } })
  await test.graph.stopServing('rooms')
  expect(await look()).toEqual({ status: 200, body: { status: 'ready', parts: { ...parts, rooms: 'not ready' } } })
  await test.graph.stopServing('people')
  const none = { ...parts, people: 'not ready', rooms: 'not ready' }
  expect(await look()).toEqual({ status: 503, body: { status: 'not ready', parts: none } })
  database.isReady = false
  expect(await look()).toEqual({ status: 503, body: { status: 'not ready', parts: { ...none, database: 'not ready' } } })
})

it('tells in its metrics how calls of each subgraph end, and which are waited for', async () => {
  await using test = await startTestGateway({ over: 'http' })
  const metrics = async () => (await fetch(test.metricsUrl)).text()
  await test.post({ query: '{ rooms { id } }' })
  await test.graph.stopServing('people')
  const pending = test.post({ query: '{ person(id: "1") { name } }' })
  await expect.poll(metrics).toContain('planet_gateway_subgraph_waiting{subgraph="people"} 1\n')
  const text = await metrics()
  for (const line of [
    'planet_gateway_subgraph_calls_total{subgraph="rooms",outcome="answered"} 1',
    'planet_gateway_subgraph_calls{subgraph="people"} 1',
    'planet_gateway_subgraph_repeats_total{subgraph="people"} 0',
    'planet_gateway_subgraph_state{subgraph="people",state="away"} 1',
    'planet_gateway_subgraph_state{subgraph="rooms",state="up"} 1',
  ])
    expect(text).toContain(`${line}\n`)
  expect(await (await pending).json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
  expect(await metrics()).toContain('planet_gateway_subgraph_calls_total{subgraph="people",outcome="absent"} 1\n')
})

it('lets a request in flight finish while it closes', async () => {
  const test = await startTestGateway()
  test.graph.behave('hang')
  const pending = test.post({ query: '{ room(id: "1") { title host { name } } }' })
  await new Promise<void>((resolve) => test.gateway.execute({ query: '{ whoami }' }, { viewer: null }).then(() => resolve()))
  await test[Symbol.asyncDispose]()
  expect(await (await pending).json()).toMatchObject({ data: { room: { title: 'Room 1' } } })
})

it('answers from a supergraph alone, without asking a subgraph for its schema', async () => {
  await using test = await startTestGateway({ over: 'http' })
  await test.graph.stopServing()
  const gateway = await createGateway({
    mode: 'development',
    supergraphSdl: test.graph.supergraphSdl,
    transports: test.graph.transports,
    viewerKey: newProcessKey(),
    identity: { kind: 'development', issuer: test.issuer, people: [] },
    log: silentLog,
    graphiql: null,
  })
  expect(await gateway.execute({ query: '{ __typename whoami }' }, { viewer: null })).toMatchObject({
    data: { __typename: 'Query', whoami: null },
    errors: [{ extensions: { code: 'UNAVAILABLE' } }],
  })
})

it('starts and answers although GraphiQL cannot be built, and the page says why', async () => {
  await using test = await startTestGateway({ deps: { graphiql: { cacheFolder: '/dev/null/graphiql', examples: [] } } })
  await eventually(async () => expect(await (await fetch(`${test.url}/graphiql`)).text()).toContain('could not be built'))
  expect((await test.post({ query: '{ whoami }' })).status).toBe(200)
})

it.each([
  ['compiled', 'local'],
  ['compiled', 'http'],
  ['apollo', 'local'],
  ['apollo', 'http'],
] as const)(
  'what a subgraph reports has the client’s names and no place in the subgraph’s text (%s, %s)',
  async (engine, over) => {
    await using test = await startTestGateway({ over, deps: { engine } })
    for (const [query, path] of [
      // `title` and `id` are names of fields too, so the planner gets others.
      ['{\n  title: broken }', ['title']],
      ['{ rooms { id: host { name: seenBy title: friend { name } } } }', ['rooms', 0, 'id']],
      ['mutation {\n\n renameRoom(id: "1", title: "x") { host { id: name } } }', ['renameRoom', 'host']],
    ] as const) {
      test.graph.behave('fail')
      const { errors = [] } = (await (await test.post({ query })).json()) as {
        errors?: { path: unknown[]; locations?: unknown }[]
      }
      expect(errors[0]?.path.slice(0, path.length)).toEqual(path)
      expect(errors.map(({ locations }) => locations)).toEqual(errors.map(() => undefined))
    }
  },
)

it.each(['compiled', 'apollo'] as const)('let an alias reach what all objects have in common (%s)', async (engine) => {
  await using test = await startTestGateway({ deps: { engine } })
  const query = '{ rooms { id __proto__: host { name friend { name } } } }'
  for (let use = 0; use < 3; use++) {
    const { data, errors } = (await (await test.post({ query })).json()) as { data?: unknown; errors?: unknown }
    if (engine === 'apollo') expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
    else expect(JSON.stringify(data)).toContain('"__proto__":{"name":"Name of p1"')
    expect(Object.keys(Object.prototype)).toEqual([])
    expect('name' in {}).toBe(false)
  }
})

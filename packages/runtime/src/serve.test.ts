import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from 'graphql-ws'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { EXCHANGE_HEADER } from './exchange-header.ts'
import { newId } from './ids.ts'
import { type Logger, silentLog } from './log.ts'
import { type ServedSubgraph, serve, VIEWER_HEADER } from './serve.ts'
import { defineSubgraph, type Subgraph } from './subgraph.ts'
import { timeOfSlowSender } from './testing/slow-sender.ts'
import type { Viewer } from './viewer.ts'
import { newProcessKey } from './viewer-keys.ts'
import { createViewerSigner } from './viewer-token.ts'

const SCHEMA = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { whoami: String }
  type Mutation { note(text: String!): String! }
  type Subscription { ticks: Int! }
`
const key = newProcessKey()
const signer = createViewerSigner(key)
const nobody = () => signer.signRead(null, 'ticker')
const ticking = { open: 0, onClosed: () => {} }
let folder: string
let subgraph: Subgraph
let served: ServedSubgraph

/** Yields 1 and then waits until it is returned. */
function ticks() {
  ticking.open++
  let isFirst = true
  let end: (result: IteratorResult<unknown>) => void = () => {}
  return {
    next: () => {
      if (!isFirst) return new Promise<IteratorResult<unknown>>((resolve) => (end = resolve))
      isFirst = false
      return Promise.resolve({ value: { ticks: 1 }, done: false })
    },
    return: () => {
      ticking.open--
      ticking.onClosed()
      end({ value: undefined, done: true })
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'planet-serve-'))
  writeFileSync(join(folder, 'schema.graphql'), SCHEMA)
  subgraph = createSubgraph(silentLog)
  served = await serve(subgraph, { port: 0, host: '127.0.0.1', log: silentLog })
})

type Context = { readonly viewer: Viewer | null }
/** What mutations did. */
const noted: string[] = []
const createSubgraph = (log: Logger) =>
  defineSubgraph<Context>({
    name: 'ticker',
    folder: pathToFileURL(`${folder}/`),
    resolvers: {
      Mutation: {
        note: (_: unknown, { text }: { text: string }, { viewer }: Context) => {
          noted.push(text)
          return `${text} for ${viewer?.userId ?? 'nobody'}`
        },
      },
      Query: { whoami: (_: unknown, __: unknown, context: { viewer: Viewer | null }) => context.viewer?.userId ?? 'nobody' },
      Subscription: { ticks: { subscribe: ticks } },
    },
    viewerKeys: [key],
    log,
    createContext: ({ viewer }) => ({ viewer }),
    workers: [],
    close: async () => {},
  })

afterAll(async () => {
  await served.close()
  rmSync(folder, { recursive: true })
})

const post = (headers: Record<string, string>, body: string) =>
  fetch(served.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

it('refuses a call without a signed viewer, with a code and HTTP 401', async () => {
  const response = await post({}, JSON.stringify({ query: '{ whoami }' }))
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
})

it('answers the gateway, which signs the viewer', async () => {
  const response = await post({ 'planet-viewer': nobody() }, JSON.stringify({ query: '{ whoami }' }))
  expect(await response.json()).toEqual({ data: { whoami: 'nobody' } })
})

it('refuses what is no JSON, no GraphQL request, no POST or too large', async () => {
  const headers = { [VIEWER_HEADER]: nobody() }
  expect((await post(headers, '{')).status).toBe(400)
  expect((await post(headers, '{"query": 5}')).status).toBe(400)
  expect((await post({ ...headers, 'content-type': 'text/plain' }, '{}')).status).toBe(415)
  expect((await post(headers, JSON.stringify({ query: ' '.repeat(3_000_000) }))).status).toBe(413)
  expect((await fetch(served.url)).status).toBe(405)
})

it.each([
  ['selections', `${'{...'.repeat(9_000)}{whoami}${'}'.repeat(9_000)}`],
  ['lists', `{whoami(a:${'['.repeat(100_000)}${']'.repeat(100_000)})}`],
  ['what is never closed', '{ whoami(a: '.concat('['.repeat(200_000))],
])('refuses %s that are nested too deeply, with a code', async (_, query) => {
  const response = await post({ 'planet-viewer': nobody() }, JSON.stringify({ query }))
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] })
  const socket = client(served.url)
  await expect(
    socket.iterate({ query: `subscription ${query}`, extensions: { viewerToken: nobody() } }).next(),
  ).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
  await socket.dispose()
})

it.each([
  ['is no JSON', '{'],
  ['is no GraphQL', JSON.stringify({ query: '{ nothing' })],
  ['is too large', JSON.stringify({ query: ' '.repeat(3_000_000) })],
])('does not look at a request that %s before it knows who sends it', async (_, body) => {
  const response = await post({}, body)
  expect([response.status, response.headers.get('connection')]).toEqual([401, 'close'])
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  const socket = client(served.url)
  const { query } = body.startsWith('{"') ? JSON.parse(body) : { query: body }
  if (query.length < 2_000_000)
    await expect(socket.iterate({ query }).next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  await socket.dispose()
})

describe('a mutation', () => {
  const ada: Viewer = { userId: newId<'User'>(new Date(0)), roles: ['user', 'admin'] }
  const bodyFor = (text: string, query = 'mutation ($text: String!) { note(text: $text) }') =>
    JSON.stringify({ query, variables: { text } })
  const send = async (token: string, body: string) => {
    const response = await post({ [VIEWER_HEADER]: token }, body)
    return [response.status, ((await response.json()) as { data?: unknown }).data]
  }

  it('is done for whom the gateway signed it', async () => {
    const body = bodyFor('a')
    expect(await send(signer.signBody(ada, 'ticker', body), body)).toEqual([200, { note: `a for ${ada.userId}` }])
  })

  it('is not done with what was signed for reading, for another request or for another subgraph', async () => {
    const body = bodyFor('b')
    const before = noted.length
    for (const token of [
      signer.signRead(ada, 'ticker'),
      signer.signBody(ada, 'ticker', bodyFor('a')),
      signer.signBody(ada, 'ticker', `${body} `),
      signer.signBody(ada, 'rooms', body),
    ])
      expect(await send(token, body)).toEqual([401, undefined])
    // Neither hidden among queries nor over a socket.
    const several = JSON.stringify({ query: 'query a { whoami } mutation b { note(text: "b") }', operationName: 'b' })
    expect(await send(signer.signRead(ada, 'ticker'), several)).toEqual([401, undefined])
    const socket = client(served.url)
    const result = await socket
      .iterate({ query: 'mutation { note(text: "b") }', extensions: { viewerToken: signer.signRead(ada, 'ticker') } })
      .next()
    expect(result.value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    await socket.dispose()
    expect(noted.length).toBe(before)
  })

  it('that was signed is good for nothing else, also not for reading', async () => {
    expect(await send(signer.signBody(ada, 'ticker', bodyFor('a')), JSON.stringify({ query: '{ whoami }' }))).toEqual([
      401,
      undefined,
    ])
  })
})

it('repeats in its reply which request it answers', async () => {
  for (const [headers, status] of [
    [{ [VIEWER_HEADER]: nobody() }, 200],
    [{}, 401],
  ] as const) {
    const response = await post({ ...headers, [EXCHANGE_HEADER]: 'x.17' }, JSON.stringify({ query: '{ whoami }' }))
    expect([response.status, response.headers.get(EXCHANGE_HEADER)]).toEqual([status, 'x.17'])
  }
})

it('says once a minute in the log why it refuses whom it refuses', async () => {
  const lines: { level: number; subgraph: string; reason: string }[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const far = createSubgraph(log)
  for (let n = 0; n < 20; n++) {
    const requests = [undefined, createViewerSigner(newProcessKey()).signRead(null, 'ticker')].map((viewerToken) => ({
      query: '{ whoami }',
      viewerToken,
      requestId: 'r',
      signal: new AbortController().signal,
    }))
    for (const request of requests) await far.execute(request)
  }
  expect(lines.map(({ level, subgraph, reason }) => ({ level, subgraph, reason }))).toEqual([
    { level: 40, subgraph: 'ticker', reason: 'missing' },
    { level: 40, subgraph: 'ticker', reason: 'signed with another key' },
  ])
})

it('says that it lives and whether it is ready', async () => {
  const notReady = await serve(subgraph, { port: 0, host: '127.0.0.1', log: silentLog, isReady: async () => false })
  try {
    expect((await fetch(new URL('/healthz', notReady.url))).status).toBe(200)
    const answer = await fetch(new URL('/readyz', notReady.url))
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ status: 'not ready', parts: { database: 'not ready' } })
    expect((await fetch(new URL('/readyz', served.url))).status).toBe(200)
  } finally {
    await notReady.close()
  }
})

const client = (url: string) => createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })

it('streams over graphql-ws to a signed viewer and stops the source when the subscriber leaves', async () => {
  const socket = client(served.url)
  const closed = new Promise<void>((resolve) => (ticking.onClosed = resolve))
  const events = socket.iterate({ query: 'subscription { ticks }', extensions: { viewerToken: nobody() } })
  expect((await events.next()).value).toEqual({ data: { ticks: 1 } })
  expect(ticking.open).toBe(1)
  await events.return?.()
  await closed
  expect(ticking.open).toBe(0)
  await socket.dispose()
})

it('refuses a subscription without a signed viewer and keeps the socket', async () => {
  const socket = client(served.url)
  for (let n = 0; n < 2; n++)
    await expect(socket.iterate({ query: 'subscription { ticks }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ])
  await socket.dispose()
})

it('closes although a client keeps its subscription open', async () => {
  const other = await serve(subgraph, { port: 0, host: '127.0.0.1', log: silentLog })
  const socket = client(other.url)
  const events = socket.iterate({ query: 'subscription { ticks }', extensions: { viewerToken: nobody() } })
  await events.next()
  const ended = Promise.resolve(events.next()).catch((reason: unknown) => reason)
  await other.close()
  await ended
  expect(ticking.open).toBe(0)
})

it('refuses a large body so that its client, which is still sending, gets to know', async () => {
  const { hostname, port } = new URL(served.url)
  for (const [head, expected] of [
    ['POST /graphql HTTP/1.1\r\ncontent-type: application/json', 401],
    [`POST /graphql HTTP/1.1\r\n${VIEWER_HEADER}: ${nobody()}\r\ncontent-type: application/json`, 413],
    [`POST /graphql HTTP/1.1\r\n${VIEWER_HEADER}: ${nobody()}\r\ncontent-type: text/plain`, 415],
    ['PUT /graphql HTTP/1.1', 405],
    ['POST /nowhere HTTP/1.1\r\nconnection: close', 404],
  ] as const) {
    const socket = connect({ host: hostname, port: Number(port) })
    // Reads nothing before it has sent everything.
    socket.pause()
    const body = Buffer.alloc(8 * 1024 * 1024, 0x20)
    socket.write(`${head}\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`)
    await new Promise<void>((resolve) => socket.write(body, () => resolve()))
    socket.resume()
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(new RegExp(`^HTTP/1\\.1 ${expected} `))
    socket.destroy()
  }
})

it('takes an empty operation name as none', async () => {
  const response = await post({ [VIEWER_HEADER]: nobody() }, JSON.stringify({ query: '{ whoami }', operationName: '' }))
  expect(await response.json()).toEqual({ data: { whoami: 'nobody' } })
})

it('kept callers for a minute that send nothing, or a byte now and then', async () => {
  const text = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n${' '.repeat(50)}`
  const times = await Promise.all([0, 1, 60, text.length - 30].map((atOnce) => timeOfSlowSender(served.url, text, atOnce)))
  expect(times.filter((ms) => ms > 15_000)).toEqual([])
})

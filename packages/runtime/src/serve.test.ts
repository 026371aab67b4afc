import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, it } from 'vitest'
import WebSocket from 'ws'
import { silentLog } from './log.ts'
import { type ServedSubgraph, serve, VIEWER_HEADER } from './serve.ts'
import { defineSubgraph, type Subgraph } from './subgraph.ts'
import { createViewerSigner, type Viewer } from './viewer.ts'

const SCHEMA = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { whoami: String }
  type Subscription { ticks: Int! }
`
const secret = new Uint8Array(32).fill(7)
const signer = createViewerSigner(secret)
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
  subgraph = defineSubgraph<{ viewer: Viewer | null }>({
    name: 'ticker',
    folder: pathToFileURL(`${folder}/`),
    resolvers: {
      Query: { whoami: (_: unknown, __: unknown, context: { viewer: Viewer | null }) => context.viewer?.userId ?? 'nobody' },
      Subscription: { ticks: { subscribe: ticks } },
    },
    viewerSecret: secret,
    log: silentLog,
    createContext: (viewer) => ({ viewer }),
    workers: [],
    close: async () => {},
  })
  served = await serve(subgraph, { port: 0, host: '127.0.0.1', log: silentLog })
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
  const response = await post({ 'planet-viewer': signer.sign(null) }, JSON.stringify({ query: '{ whoami }' }))
  expect(await response.json()).toEqual({ data: { whoami: 'nobody' } })
})

it('refuses what is no JSON, no GraphQL request, no POST or too large', async () => {
  expect((await post({}, '{')).status).toBe(400)
  expect((await post({}, '{"query": 5}')).status).toBe(400)
  expect((await post({ 'content-type': 'text/plain' }, '{}')).status).toBe(415)
  expect((await post({}, JSON.stringify({ query: ' '.repeat(3_000_000) }))).status).toBe(413)
  expect((await fetch(served.url)).status).toBe(405)
})

it.each([
  ['selections', `${'{...'.repeat(9_000)}{whoami}${'}'.repeat(9_000)}`],
  ['lists', `{whoami(a:${'['.repeat(100_000)}${']'.repeat(100_000)})}`],
  ['what is never closed', '{ whoami(a: '.concat('['.repeat(200_000))],
])('refuses %s that are nested too deeply, with a code', async (_, query) => {
  const response = await post({ 'planet-viewer': signer.sign(null) }, JSON.stringify({ query }))
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] })
  const socket = client(served.url)
  await expect(socket.iterate({ query: `subscription ${query}` }).next()).rejects.toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ])
  await socket.dispose()
})

it('does not look at a document before it knows who sends it', async () => {
  const response = await post({}, JSON.stringify({ query: '{ nothing' }))
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
})

it('says that it lives and whether it is ready', async () => {
  const notReady = await serve(subgraph, { port: 0, host: '127.0.0.1', log: silentLog, isReady: async () => false })
  try {
    expect((await fetch(new URL('/healthz', notReady.url))).status).toBe(200)
    expect((await fetch(new URL('/readyz', notReady.url))).status).toBe(503)
    expect((await fetch(new URL('/readyz', served.url))).status).toBe(200)
  } finally {
    await notReady.close()
  }
})

const client = (url: string) => createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })

it('streams over graphql-ws to a signed viewer and stops the source when the subscriber leaves', async () => {
  const socket = client(served.url)
  const closed = new Promise<void>((resolve) => (ticking.onClosed = resolve))
  const events = socket.iterate({ query: 'subscription { ticks }', extensions: { viewerToken: signer.sign(null) } })
  expect((await events.next()).value).toEqual({ data: { ticks: 1 } })
  expect(ticking.open).toBe(1)
  await events.return?.()
  await closed
  expect(ticking.open).toBe(0)
  await socket.dispose()
})

it('refuses a subscription without a signed viewer and keeps the socket', async () => {
  const socket = client(served.url)
  const refused = await socket.iterate({ query: 'subscription { ticks }' }).next()
  expect(refused.value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  await socket.dispose()
})

it('closes although a client keeps its subscription open', async () => {
  const other = await serve(subgraph, { port: 0, host: '127.0.0.1', log: silentLog })
  const socket = client(other.url)
  const events = socket.iterate({ query: 'subscription { ticks }', extensions: { viewerToken: signer.sign(null) } })
  await events.next()
  const ended = Promise.resolve(events.next()).catch((reason: unknown) => reason)
  await other.close()
  await ended
  expect(ticking.open).toBe(0)
})

it('refuses a large body so that its client, which is still sending, gets to know', async () => {
  const { hostname, port } = new URL(served.url)
  for (const [head, expected] of [
    ['POST /graphql HTTP/1.1\r\ncontent-type: application/json', 413],
    ['POST /graphql HTTP/1.1\r\ncontent-type: text/plain', 415],
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
  const response = await post({ [VIEWER_HEADER]: signer.sign(null) }, JSON.stringify({ query: '{ whoami }', operationName: '' }))
  expect(await response.json()).toEqual({ data: { whoami: 'nobody' } })
})

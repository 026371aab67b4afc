import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import { COMPRESS_FROM_BYTES } from './compression.ts'

const ORIGIN = 'https://app.example'
const NEW = 'application/graphql-response+json'
const LEGACY = 'application/json'

let test: TestGateway
beforeAll(async () => {
  test = await startTestGateway({ deps: { allowedOrigins: [ORIGIN] } })
})
afterAll(() => test[Symbol.asyncDispose]())

type Sent = { method?: string; search?: string; headers?: Record<string, string>; body?: string | Buffer }
type Got = { status: number; headers: Record<string, unknown>; body: Buffer; json: { errors?: { message: string }[] } }

/** Nothing is added to or taken from what is sent, unlike with `fetch`. */
const send = ({ method = 'POST', search = '', headers = { 'content-type': LEGACY }, body = '' }: Sent) =>
  new Promise<Got>((resolve, reject) => {
    const sending = httpRequest(`${test.url}/graphql${search}`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const all = Buffer.concat(chunks)
        const isJson = all[0] === 0x7b
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: all,
          json: isJson ? JSON.parse(String(all)) : {},
        })
      })
    })
    sending.on('error', reject)
    sending.end(body)
  })
const post = (body: unknown, headers: Record<string, string> = {}) =>
  send({ headers: { 'content-type': LEGACY, ...headers }, body: JSON.stringify(body) })
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}, method = 'GET') =>
  send({ method, search: `?${new URLSearchParams(parameters)}`, headers })

it('answers in the media type that the client prefers, with the exact length, kept out of caches', async () => {
  for (const [accept, type] of [
    [NEW, NEW],
    [LEGACY, LEGACY],
    ['*/*', LEGACY],
  ] as const) {
    const { status, headers, body } = await post({ query: '{ whoami }' }, { accept })
    expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`])
    expect(Number(headers['content-length'])).toBe(body.length)
    expect(headers['cache-control']).toBe('no-store')
  }
})

it('passes characters beyond ASCII and Latin-1 through, both ways', async () => {
  const query = 'mutation R($title: String!) { renameRoom(id: "3", title: $title) { title } }'
  for (const title of ['é', '€ 😀', '\u2028 " \\ \u0000']) {
    expect((await post({ query, variables: { title } })).json).toEqual({ data: { renameRoom: { title } } })
  }
  test.graph.renameRoom('3', 'Room 3')
})

it('runs nothing for a client that takes neither media type', async () => {
  const { status, json } = await post(
    { query: 'mutation { renameRoom(id: "1", title: "changed") { id } }' },
    { accept: 'text/html' },
  )
  expect([status, json.errors?.length]).toEqual([406, 1])
  expect(await test.gateway.execute({ query: '{ room(id: "1") { title } }' }, { viewer: null })).toEqual({
    data: { room: { title: 'Room 1' } },
  })
})

it.each([
  ['does not parse', { query: '{ whoami' }],
  ['does not validate', { query: '{ who }' }],
  ['has a wrong variable', { query: 'query Q($id: ID!) { room(id: $id) { id } }' }],
  ['names no operation of its own', { query: '{ whoami }', operationName: 'Other' }],
])('answers an operation that %s with 400, or in application/json with 200', async (_, body) => {
  expect((await post(body, { accept: NEW })).status).toBe(400)
  const legacy = await post(body, { accept: LEGACY })
  expect([legacy.status, legacy.json.errors?.length]).toEqual([200, 1])
  expect(legacy.json).not.toHaveProperty('data')
})

it.each([
  ['is a batch', '[{"query":"{ whoami }"}]', /one operation per request/],
  ['is no object', '"{ whoami }"', /JSON object/],
  ['is no JSON', '{"query":', /not JSON/],
  ['has no query', '{}', /has a `query`/],
  ['has an empty query', '{"query":""}', /has a `query`/],
  ['has a query that is no text', '{"query":{}}', /`query`/],
  ['has an operation name that is no text', '{"query":"{ whoami }","operationName":1}', /`operationName`/],
  ['has variables that are a list', '{"query":"{ whoami }","variables":[]}', /`variables`/],
  ['has variables that are a text', '{"query":"{ whoami }","variables":"{}"}', /`variables`/],
  ['has extensions that are a list', '{"query":"{ whoami }","extensions":[]}', /`extensions`/],
])('answers a body that %s with 400 in either media type', async (_, body, message) => {
  for (const accept of [NEW, LEGACY]) {
    const { status, json } = await send({ headers: { 'content-type': LEGACY, accept }, body })
    expect([status, json.errors?.[0]?.message]).toEqual([400, expect.stringMatching(message)])
  }
})

it('takes null for operation name, variables and extensions, and members that it does not know', async () => {
  const body = { query: '{ whoami }', operationName: null, variables: null, extensions: null, id: 1 }
  expect((await post(body)).json).toEqual({ data: { whoami: 'nobody' } })
})

it('reads only what a browser does not send to another origin unasked: application/json in UTF-8, as it is', async () => {
  const body = '{"query":"{ whoami }"}'
  const status = async (headers: Record<string, string>, content: string | Buffer = body) =>
    (await send({ headers, body: content })).status
  for (const type of ['application/json; charset=UTF-8', 'application/json;charset="utf-8"', 'Application/JSON']) {
    expect(await status({ 'content-type': type }), type).toBe(200)
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/graphql',
    'application/json; charset=utf-16',
  ]) {
    expect(await status({ 'content-type': type }), type).toBe(415)
  }
  expect(await status({})).toBe(415)
  expect(await status({ 'content-type': LEGACY, 'content-encoding': 'gzip' })).toBe(415)
  expect(await status({ 'content-type': LEGACY }, Buffer.from('{"query":"{ whoami } # \xff"}', 'latin1'))).toBe(400)
})

it('stops reading a body that grows over the limit', async () => {
  const body = JSON.stringify({ query: `{ whoami } # ${'x'.repeat(400_000)}` })
  expect((await send({ headers: { 'content-type': LEGACY, 'transfer-encoding': 'chunked' }, body })).status).toBe(413)
  expect((await send({ body })).status).toBe(413)
})

it('takes queries by GET, and shows only the headers by HEAD', async () => {
  const query = 'query Q($id: ID!) { room(id: $id) { title } }'
  const parameters = { query, operationName: 'Q', variables: '{"id":"2"}', extensions: '{}' }
  const got = await get(parameters)
  expect([got.status, got.json]).toEqual([200, { data: { room: { title: 'Room 2' } } }])
  const head = await get(parameters, {}, 'HEAD')
  expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, got.headers['content-length']])
})

it('refuses mutations by GET and HEAD, whichever operation of the document they are', async () => {
  const query = 'query Q { whoami } mutation M { renameRoom(id: "1", title: "x") { id } }'
  for (const method of ['GET', 'HEAD']) {
    const refused = await get({ query, operationName: 'M' }, {}, method)
    expect([refused.status, refused.headers.allow]).toEqual([405, 'POST'])
    expect((await get({ query, operationName: 'Q' }, {}, method)).status).toBe(200)
  }
})

it('refuses parameters of a GET that are no JSON, no objects, or there twice', async () => {
  for (const parameters of [{ variables: '{' }, { variables: '[]' }, { extensions: '1' }]) {
    expect((await get({ query: '{ whoami }', ...parameters })).status).toBe(400)
  }
  expect((await get({})).status).toBe(400)
  expect((await send({ method: 'GET', search: '?query={whoami}&query={roles}', headers: {} })).status).toBe(400)
})

it('names the methods that it knows', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    const refused = await send({ method, headers: {} })
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
  }
  const options = await send({ method: 'OPTIONS', headers: {} })
  expect([options.status, options.headers.allow, options.body.length]).toEqual([204, 'GET, HEAD, POST, OPTIONS', 0])
})

it('lets pages of allowed origins ask and read, and no others', async () => {
  const preflight = (origin: string) =>
    send({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
  const allowed = await preflight(ORIGIN)
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-headers': expect.stringContaining('content-type'),
    vary: 'origin',
  })
  expect((await post({ query: '{ whoami }' }, { origin: ORIGIN })).headers['access-control-allow-origin']).toBe(ORIGIN)
  expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin')
  const foreign = await post({ query: '{ whoami }' }, { origin: 'https://evil.example' })
  expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
})

it('compresses a large answer as the client takes it, and no small one', async () => {
  const query = `{ ${Array.from({ length: 45 }, (_, i) => `a${i}: rooms { title host { name } }`).join(' ')} }`
  const plain = await post({ query })
  expect(plain.body.length).toBeGreaterThan(COMPRESS_FROM_BYTES)
  expect(plain.headers).not.toHaveProperty('content-encoding')
  for (const [encoding, decompress] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const { headers, body } = await post({ query }, { 'accept-encoding': encoding })
    expect(headers).toMatchObject({
      'content-encoding': encoding,
      'content-length': String(body.length),
      vary: 'accept-encoding',
    })
    expect(decompress(body).equals(plain.body)).toBe(true)
  }
  expect((await post({ query: '{ whoami }' }, { 'accept-encoding': 'br' })).headers).not.toHaveProperty('content-encoding')
})

it('answers in full however large the answer is and whoever reads the request', async () => {
  const titles = ['x', 'ü', '€'].map((character, index) => `${character.repeat(60_000)}${index}`)
  for (const [index, title] of titles.entries()) test.graph.renameRoom(String(index + 1), title)
  const query = '{ rooms { title host { name } } all: rooms { title } }'
  const all = titles.map((title) => ({ title }))
  const rooms = titles.map((title) => ({ title, host: { name: expect.any(String) } }))
  const plain = await post({ query })
  expect(plain.json).toEqual({ data: { rooms, all } })
  const byGet = await get({ query })
  expect(byGet.body.equals(plain.body)).toBe(true)
  for (const { headers, body } of [plain, byGet]) expect(headers['content-length']).toBe(String(body.length))
  for (const id of ['1', '2', '3']) test.graph.renameRoom(id, `Room ${id}`)
})

it('says how to sign in where a token is not valid', async () => {
  const refused = await post({ query: '{ whoami }' }, { authorization: 'Bearer nonsense' })
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer'])
})

describe('a refusal of a body that is still being sent', () => {
  const LARGE = Buffer.alloc(8 * 1024 * 1024, 0x20)
  const json = { 'content-type': LEGACY }

  /** In a process of its own: one that shares our loop sends nothing while we answer. */
  const CLIENT = `
    const [url, headers, method] = process.argv.slice(1)
    const body = Buffer.alloc(8 * 1024 * 1024, 0x20)
    for (let i = 0; i < 10; i++) {
      const sent = fetch(url, { method, headers: JSON.parse(headers), body })
      console.log(await sent.then(({ status }) => status, ({ cause }) => String(cause)))
    }`

  it.each([
    ['too large', 413, 'POST', '/graphql', json],
    ['of another type', 415, 'POST', '/graphql', { 'content-type': 'text/plain' }],
    ['compressed', 415, 'POST', '/graphql', { ...json, 'content-encoding': 'gzip' }],
    ['for a client that takes no answer of ours', 406, 'POST', '/graphql', { ...json, accept: 'image/png' }],
    ['of a method that is none of ours', 405, 'PUT', '/graphql', json],
    ['to nowhere', 404, 'POST', '/nowhere', json],
    ['too large for a stream', 413, 'POST', '/graphql/stream', json],
    ['of a method that opens no stream', 405, 'PUT', '/graphql/stream', json],
    ['to a page that reads none', 200, 'POST', '/healthz', json],
  ])('%s reaches its client, which got EPIPE in half the cases', async (_, expected, method, path, headers) => {
    const parameters = ['--input-type=module', '--eval', CLIENT, `${test.url}${path}`, JSON.stringify(headers), method]
    const { stdout } = await promisify(execFile)(process.execPath, parameters)
    expect(stdout.trim().split('\n')).toEqual(Array(10).fill(String(expected)))
  })

  it('reaches a client that reads nothing before it has sent everything, and then the connection closes', async () => {
    const { host, hostname, port } = new URL(test.url)
    const socket = connect({ host: hostname, port: Number(port) })
    socket.pause()
    const length = 4 * LARGE.length
    socket.write(`POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`)
    for (let i = 0; i < 3; i++) socket.write(LARGE)
    await new Promise<void>((resolve) => socket.write(LARGE, () => resolve()))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.resume()
    await once(socket, 'close')
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i)
  })

  it('reaches a client at once that has not sent the rest', async () => {
    const { host, hostname, port } = new URL(test.url)
    const socket = connect({ host: hostname, port: Number(port) })
    socket.write(`POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n{`)
    const [chunk] = await once(socket, 'data')
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
  })
})

describe('an operation name that is empty', () => {
  const query = '{ whoami }'

  it('is as if left out, by POST, GET and over SSE', async () => {
    for (const path of ['/graphql', '/graphql?']) {
      const response = await fetch(`${test.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': LEGACY },
        body: JSON.stringify({ query, operationName: '' }),
      })
      expect(await response.json()).toEqual({ data: { whoami: 'nobody' } })
    }
    expect((await get({ query, operationName: '' })).json).toEqual({ data: { whoami: 'nobody' } })
    expect((await get({ query, operationName: '', variables: '', extensions: '' })).json).toEqual({ data: { whoami: 'nobody' } })
    const streamed = await fetch(`${test.url}/graphql/stream?${new URLSearchParams({ query, operationName: '' })}`)
    expect(await streamed.text()).toContain('{"data":{"whoami":"nobody"}}')
  })

  it('chooses none of several operations, and a wrong one is still refused', async () => {
    const both = { query: 'query A { whoami } query B { whoami }' }
    for (const operationName of ['', null, undefined, ' '])
      expect((await post({ ...both, operationName })).json.errors).toHaveLength(1)
    expect((await post({ ...both, operationName: 'B' })).json).toEqual({ data: { whoami: 'nobody' } })
  })
})

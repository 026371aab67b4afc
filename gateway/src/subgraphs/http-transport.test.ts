import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EXCHANGE_HEADER } from '@planet/runtime/exchange-header'
import { MAX_REPLY_BYTES } from '@planet/runtime/max-bytes'
import { afterEach, expect, it, vi } from 'vitest'
import { createReplyParser } from '../engine/replies/reply-parser.ts'
import { createHttpTransport } from './http-transport.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function subgraphThat(answers: RequestListener) {
  server = createServer(answers)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  // A server on a port has such an address.
  return createHttpTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
}

const request = (signal = new AbortController().signal) => ({
  query: '{ x }',
  viewerToken: 't',
  requestId: 'r',
  signal,
  timeoutMs: 5_000,
})

it.each<[string, RequestListener]>([
  ['is larger than 8 MiB', (_, response) => response.end(`{"data":{"x":"${'x'.repeat(MAX_REPLY_BYTES)}"}}`)],
  ['is no JSON', (_, response) => response.end('<html>')],
  ['is no GraphQL result', (_, response) => response.end('{"data":[1]}')],
  ['has another status', (_, response) => response.writeHead(502).end('{"data":{}}')],
  ['breaks off', (_, response) => response.writeHead(200, { 'content-length': 100 }).write('{"da', () => response.destroy())],
])('rejects when the reply %s', async (_, answers) => {
  const transport = await subgraphThat(answers)
  await expect(transport.execute(request())).rejects.toThrow()
  await transport.close()
})

it('gives up when the signal says so', async () => {
  const transport = await subgraphThat(() => {})
  await expect(transport.execute(request(AbortSignal.timeout(50)))).rejects.toThrow()
  await transport.close()
})

const echoing =
  (answers: RequestListener): RequestListener =>
  (incoming, response) => {
    response.setHeader(EXCHANGE_HEADER, incoming.headers[EXCHANGE_HEADER] ?? [])
    answers(incoming, response)
  }

it('uses connections again, of a server that says which request it answers', async () => {
  const ports = new Set<number | undefined>()
  const answer: RequestListener = (incoming, response) => {
    ports.add(incoming.socket.remotePort)
    response.end('{"data":{"x":1}}')
  }
  const transport = await subgraphThat(echoing(answer))
  for (let i = 0; i < 5; i++) expect(await transport.execute(request())).toMatchObject({ data: { x: 1 } })
  expect(ports.size).toBeLessThan(5)
  await transport.close()
  server?.close()
  ports.clear()
  const foreign = await subgraphThat(answer)
  for (let i = 0; i < 5; i++) expect(await foreign.execute(request())).toMatchObject({ data: { x: 1 } })
  expect(ports.size).toBe(5)
  await foreign.close()
})

it.each(['text/html', 'application/javascript', 'text/plain; charset=utf-8', 'application/jsonp'])(
  'does not read what calls itself %s',
  async (type) => {
    const transport = await subgraphThat((_, response) => response.setHeader('content-type', type).end('{"data":{"x":1}}'))
    await expect(transport.execute(request())).rejects.toThrow('another type')
    await transport.close()
  },
)

it.each(['application/json', 'application/json; charset=utf-8', 'application/graphql-response+json', 'Application/JSON ;x=y'])(
  'reads what calls itself %s',
  async (type) => {
    const transport = await subgraphThat((_, response) => response.setHeader('content-type', type).end('{"data":{"x":1}}'))
    expect(await transport.execute(request())).toMatchObject({ data: { x: 1 } })
    await transport.close()
  },
)

it('sends the body that it is given, and says whether the answer has anything to escape', async () => {
  const transport = await subgraphThat((incoming, response) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
    incoming.on('end', () => response.end(`{"data":{"x":${body}}}`))
  })
  const body = (text: string) => ({ ...request(), body: JSON.stringify(text) })
  expect(await transport.execute(body('plain'))).toEqual({ data: { x: 'plain' }, isPlain: true })
  expect((await transport.execute(body('a "quote"'))).isPlain).toBeFalsy()
  expect(await transport.execute(body('é€😀'))).toEqual({ data: { x: 'é€😀' }, isPlain: true })
  await transport.close()
})

it.each([
  ['of ASCII', 'x', true, true],
  ['of other characters', 'é€😀', true, true],
  ['with escapes', 'a "quote"', false, false],
])('reads a reply of half a megabyte %s, which ends with a line feed or not', async (_, name, isParsed, isPlain) => {
  const data = { people: Array.from({ length: 8_000 }, (_, n) => ({ name, motto: `${name} ${n}`.padEnd(40), age: n })) }
  const parser = createReplyParser('{ people { name motto age } }', () => ({ names: [], slots: [] }))
  const parse = vi.fn(parser)
  for (const end of ['', '\n']) {
    const transport = await subgraphThat((_, response) => response.end(JSON.stringify({ data }) + end))
    expect(await transport.execute({ ...request(), parse })).toEqual({ data, isPlain })
    expect(await transport.execute(request())).toEqual({ data, isPlain })
    await transport.close()
    server?.close()
  }
  expect(parse.mock.results.map(({ value }) => value)).toEqual(isParsed ? [data, data] : [])
})

it('asks nobody once the signal has aborted', async () => {
  let asked = 0
  const transport = await subgraphThat((_, response) => {
    asked++
    response.end('{"data":{"x":1}}')
  })
  await expect(transport.execute(request(AbortSignal.abort(new Error('gone'))))).rejects.toThrow('gone')
  expect(asked).toBe(0)
  await transport.close()
})

it('ends a subscription with a coded error when there is no subgraph', async () => {
  const transport = createHttpTransport('http://127.0.0.1:1/graphql')
  const events = await transport.subscribe(request())
  if (!('next' in events)) throw new Error('a stream was expected')
  expect((await events.next()).value).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
  expect((await events.next()).done).toBe(true)
  await transport.close()
})

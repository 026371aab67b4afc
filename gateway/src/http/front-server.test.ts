import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { closeServer } from '@planet/runtime/http'
import { eventually } from '@planet/runtime/testing/patience'
import { afterEach, expect, it } from 'vitest'
import type { Abandonment } from '../abandonment.ts'
import { createBacklog } from './backlog.ts'
import { FrontServer, type WireReply } from './front-server.ts'

type Started = { readonly server: FrontServer; readonly port: number; readonly plain: unknown[]; readonly left: string[] }
const open: { server: FrontServer; sockets: Socket[] }[] = []
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    server.close()
  }
})

const replied = (body: string): WireReply => ({
  status: 200,
  headers: ['content-type', 'text/plain'],
  body: [body],
  bodyBytes: Buffer.byteLength(body),
  encoding: 'utf8',
})

/** A server that answers plain requests with what they hold, and others with their target, noting both. */
async function start(
  answer = async (value: unknown, _?: Abandonment) => replied(`plain ${JSON.stringify(value)}`),
): Promise<Started> {
  const plain: unknown[] = []
  const left: string[] = []
  const server = new FrontServer(
    (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        left.push(`${request.method} ${request.url} ${body}`)
        response.end(`left ${body}`)
      })
    },
    ({ value }, abandonment) => {
      if (value === null) return null
      plain.push(value)
      return answer(value, abandonment)
    },
    createBacklog(1024 ** 3),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({ server, sockets: [] })
  // A server on a port has such an address.
  return { server, port: (server.address() as AddressInfo).port, plain, left }
}

/** A connection, and all that has come on it. */
async function dial(port: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  open.at(-1)?.sockets.push(socket)
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  return {
    socket,
    text: () => text,
    bodies: () => [...text.matchAll(/\r\n\r\n([^]*?)(?=HTTP\/1\.1 |$)/g)].map(([, body]) => body),
  }
}

const message = (body: string, more = '', target = '/graphql') =>
  `POST ${target} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

it('answers plain requests one after the other on one connection, with what belongs to a connection', async () => {
  const { port, left } = await start()
  const { socket, text, bodies } = await dial(port)
  socket.write(message('{"a":"ü"}'))
  await eventually(() => expect(bodies()).toEqual(['plain {"a":"ü"}']))
  expect(text()).toMatch(
    /^HTTP\/1.1 200 OK\r\ncontent-type: text\/plain\r\ncontent-length: 16\r\ndate: .* GMT\r\nconnection: keep-alive\r\n/,
  )
  socket.write(message('[2]'))
  await eventually(() => expect(bodies()).toEqual(['plain {"a":"ü"}', 'plain [2]']))
  expect(left).toEqual([])
})

it('answers requests that come at once in their order, one at a time', async () => {
  let underWay = 0
  const { port, plain } = await start(async (value) => {
    expect(++underWay).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    underWay--
    return replied(String(value))
  })
  const { socket, bodies } = await dial(port)
  socket.write([1, 2, 3, 4].map((n) => message(String(n))).join(''))
  await eventually(() => expect(bodies()).toEqual(['1', '2', '3', '4']))
  expect(plain).toEqual([1, 2, 3, 4])
})

it('sends a body in pieces, of texts and of bytes, in its order', async () => {
  const pieces = Array.from({ length: 40 }, (_, n) => `${n} ${'ü€'.repeat(500 * (n % 7))}`)
  const whole = pieces.join('')
  const { port } = await start(async (value) => ({
    ...replied(whole),
    body: value === 1 ? pieces : pieces.map((piece, n) => (n % 2 === 0 ? piece : Buffer.from(piece))),
  }))
  const { socket, bodies } = await dial(port)
  socket.write(message('1') + message('2'))
  await eventually(() => expect(bodies()).toEqual([whole, whole]))
})

it('waits for the rest of a request, in whatever pieces it comes', async () => {
  const whole = message('{"query":"{ x }"}')
  for (let end = 1; end < whole.length; end += 13) {
    const { port, plain, left } = await start()
    const { socket, bodies } = await dial(port)
    socket.setNoDelay(true).write(whole.slice(0, end))
    await new Promise((resolve) => setImmediate(resolve))
    socket.write(whole.slice(end))
    await eventually(() => expect(bodies()).toHaveLength(1))
    expect([...plain, ...left]).toHaveLength(1)
  }
})

it('leaves a request in many pieces to node:http, whole', async () => {
  const { port, plain, left } = await start()
  const { socket, bodies } = await dial(port)
  for (const character of message('{"n":1}', 'x-more: 1\r\n')) {
    socket.write(character)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await eventually(() => expect(bodies()).toHaveLength(1))
  expect([...plain, ...left]).toHaveLength(1)
})

it.each<[string, string, string[]]>([
  ['another target', message('{}', '', '/other'), ['POST /other {}']],
  ['another method', 'GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n', ['GET /graphql ']],
  [
    'chunks',
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ['POST /graphql {}'],
  ],
  ['another charset', message('{}').replace('json', 'json; charset=latin1'), ['POST /graphql {}']],
  ['a connection to be closed', message('{}', 'connection: close\r\n'), ['POST /graphql {}']],
  ['a body that is no JSON', message('{'), ['POST /graphql {']],
  ['a value that is nothing for it', message('null'), ['POST /graphql null']],
  ['a body of more than 64 KiB', message(`"${'x'.repeat(70_000)}"`), [`POST /graphql "${'x'.repeat(70_000)}"`]],
])('leaves a request with %s to node:http, and the rest of the connection with it', async (_, text, expected) => {
  const { port, plain, left } = await start()
  const { socket, bodies } = await dial(port)
  socket.write(message('1') + text + (text.includes('close') ? '' : message('2')))
  await eventually(() => expect(bodies()).toHaveLength(text.includes('close') ? 2 : 3))
  expect(plain).toEqual([1])
  expect(left).toEqual(text.includes('close') ? expected : [...expected, 'POST /graphql 2'])
})

it.each<[string, string]>([
  ['two lengths', message('{}', 'content-length: 3\r\n')],
  ['a length and chunks', message('{}', 'transfer-encoding: chunked\r\n')],
  ['a space before a colon', message('{}', 'x-more : 1\r\n')],
  ['a folded line', message('{}', 'x-more: 1\r\n 2\r\n')],
  ['a line that ends with a line feed only', message('{}', 'x-more: 1\nx-other: 2\r\n')],
  ['a return within a line', message('{}', 'x-more: 1\rx-other: 2\r\n')],
  ['a zero byte', message('{}', 'x-more: \0\r\n')],
  ['no host', message('{}').replace('host: x\r\n', '')],
  ['a header without a name', message('{}', ': 1\r\n')],
  ['two hosts', message('{}', 'host: y\r\n')],
  ['a length that is no number', message('{}').replace('content-length: 2', 'content-length: +2')],
])('never answers a request with %s itself', async (_, text) => {
  const { port, plain } = await start()
  const { socket } = await dial(port)
  const ended = once(socket, 'close')
  socket.end(text)
  await ended
  expect(plain).toEqual([])
})

it('abandons a request whose client has gone', async () => {
  let abandonment: Abandonment | undefined
  const { port } = await start((_, given) => {
    abandonment = given
    return new Promise(() => {})
  })
  const { socket } = await dial(port)
  socket.write(message('1'))
  await eventually(() => expect(abandonment?.aborted).toBe(false))
  socket.destroy()
  await eventually(() => expect(abandonment?.aborted).toBe(true))
})

it('ends the connection of a request that cannot be answered', async () => {
  const { port } = await start(() => Promise.reject(new Error('no answer')))
  const { socket } = await dial(port)
  const ended = once(socket, 'close')
  socket.write(message('1'))
  await ended
})

it('does not read on while a client does not read its answers', async () => {
  const large = 'x'.repeat(2 * 1024 * 1024)
  const { port, plain } = await start(async () => replied(large))
  const { socket, text } = await dial(port)
  socket.pause()
  const requests = 16
  for (let n = 1; n <= requests; n++) socket.write(message(String(n)))
  await eventually(() => expect(plain.length).toBeGreaterThan(0))
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(plain.length).toBeLessThan(requests)
  socket.resume()
  await eventually(() => expect(text().length).toBeGreaterThan(requests * large.length), 50)
  expect(plain).toHaveLength(requests)
})

it('closes idle connections when it closes, and lets a request under way finish', async () => {
  let finish: (() => void) | undefined
  const { server, port } = await start((value) => new Promise((resolve) => (finish = () => resolve(replied(String(value))))))
  const [idle, busy] = [await dial(port), await dial(port)]
  const [idleEnded, busyEnded] = [once(idle.socket, 'close'), once(busy.socket, 'close')]
  busy.socket.write(message('"last"'))
  await eventually(() => expect(finish).toBeDefined())
  const closed = closeServer(server, 20_000)
  await idleEnded
  expect(busy.text()).toBe('')
  finish?.()
  await Promise.all([closed, busyEnded])
  expect(busy.text()).toMatch(/connection: close\r\n\r\n"?last/)
})

it('closes a connection that has waited too long for a request, or for the rest of one', async () => {
  const { server, port } = await start()
  server.keepAliveTimeout = 1
  server.requestTimeout = 1
  const [idle, half] = [await dial(port), await dial(port)]
  const ended = [once(idle.socket, 'close'), once(half.socket, 'close')]
  half.socket.write(message('{}').slice(0, 40))
  await Promise.all(ended)
})

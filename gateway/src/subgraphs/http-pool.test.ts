import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { EXCHANGE_HEADER } from '@planet/runtime/exchange-header'
import { afterEach, expect, it } from 'vitest'
import { createHttpPool, type HttpPool, type PoolRequest } from './http-pool.ts'

const open: { server: Server; pool: HttpPool; sockets: Set<Socket> }[] = []
afterEach(() => {
  for (const { server, pool, sockets } of open.splice(0)) {
    pool.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

/** A server that does with the bytes of each connection what it is told; `sockets` are those that were ever opened. */
async function start(onRequest: (socket: Socket, text: string) => void, connections = 4) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', (bytes) => onRequest(socket, bytes.toString()))
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server on a port has such an address.
  const { port } = server.address() as AddressInfo
  const pool = createHttpPool(new URL(`http://127.0.0.1:${port}`), { connections, maxReplyBytes: 1_000, connectTimeoutMs: 500 })
  open.push({ server, pool, sockets })
  return { pool, sockets }
}

const request = (text = 'ask', signal = new AbortController().signal) => ({
  text,
  isAscii: false,
  signal,
  timeoutMs: 5_000,
})
/** What `pool` is answered. */
const ask = (pool: HttpPool, sent: PoolRequest) =>
  new Promise<string>((resolve, reject) => pool.exchange(sent, ({ bytes }) => resolve(bytes.toString()), reject))
const answer = (body: string, head = '') => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${head}\r\n${body}`

it('uses one connection for one request after the other, and several for several at once', async () => {
  const { pool, sockets } = await start((socket, text) => socket.write(answer(`to ${text}`)))
  for (const text of ['a', 'b', 'c']) expect(await ask(pool, request(text))).toBe(`to ${text}`)
  expect(sockets.size).toBe(1)
  const replies = await Promise.all(['a', 'b', 'c'].map((text) => ask(pool, request(text))))
  expect(replies).toEqual(['to a', 'to b', 'to c'])
  expect(sockets.size).toBe(3)
})

it('lets requests wait for their turn beyond the limit of connections', async () => {
  const { pool, sockets } = await start((socket, text) => setImmediate(() => socket.write(answer(`to ${text}`))), 2)
  const texts = Array.from({ length: 20 }, (_, i) => `r${i}`)
  const replies = await Promise.all(texts.map((text) => ask(pool, request(text))))
  expect(replies).toEqual(texts.map((text) => `to ${text}`))
  expect(sockets.size).toBe(2)
})

it('sends nothing twice, and says whether anything was sent at all', async () => {
  const seen: string[] = []
  const { pool } = await start((socket, text) => {
    seen.push(text)
    if (text === 'first') socket.write(answer('ok'))
    else if (text === 'half') socket.write('HTTP/1.1 200 OK\r\n', () => socket.destroy())
    else socket.destroy()
  })
  await ask(pool, request('first'))
  // The second request of a connection finds it closed, the others have new ones.
  for (const text of ['kept', 'new', 'half']) await expect(ask(pool, request(text))).rejects.toMatchObject({ kind: 'broken' })
  expect(seen).toEqual(['first', 'kept', 'new', 'half'])
  const nowhere = createHttpPool(new URL('http://127.0.0.1:1'), { connections: 1, maxReplyBytes: 10, connectTimeoutMs: 500 })
  await expect(ask(nowhere, request())).rejects.toMatchObject({ kind: 'absent' })
})

it('knocks without sending anything', async () => {
  const seen: string[] = []
  const { pool, sockets } = await start((_, text) => seen.push(text))
  const knock = (of: HttpPool) => new Promise<boolean>((resolve) => of.knock(resolve))
  expect(await knock(pool)).toBe(true)
  await expect.poll(() => sockets.size).toBe(1)
  const nowhere = createHttpPool(new URL('http://127.0.0.1:1'), { connections: 1, maxReplyBytes: 10, connectTimeoutMs: 500 })
  expect(await knock(nowhere)).toBe(false)
  expect(seen).toEqual([])
})

it('gives up a request whose signal aborts, on its way or waiting, and never hands its reply to another', async () => {
  let late: Socket | undefined
  const { pool } = await start((socket, text) => {
    if (text === 'slow') late = socket
    else socket.write(answer(`to ${text}`))
  }, 1)
  const [slow, waits] = [new AbortController(), new AbortController()]
  const first = ask(pool, request('slow', slow.signal))
  const second = ask(pool, request('waits', waits.signal))
  const third = ask(pool, request('third'))
  waits.abort(new Error('waited enough'))
  await expect(second).rejects.toThrow('waited enough')
  slow.abort(new Error('too slow'))
  await expect(first).rejects.toThrow('too slow')
  late?.write(answer('to slow'))
  expect(await third).toBe('to third')
})

it('gives up a request whose time is over, while it waits for its turn too', async () => {
  const { pool } = await start(() => {}, 1)
  const started = performance.now()
  const sent = [ask(pool, { ...request(), timeoutMs: 50 }), ask(pool, { ...request(), timeoutMs: 50 })]
  for (const each of sent) await expect(each).rejects.toThrow('longer than it may')
  expect(performance.now() - started).toBeGreaterThanOrEqual(50)
})

it('leaves a connection that says more than it was asked', async () => {
  let asked = 0
  const { pool, sockets } = await start((socket) => {
    asked++
    socket.write(answer(`${asked}`) + (asked === 1 ? answer('smuggled') : ''))
  })
  expect(await ask(pool, request())).toBe('1')
  expect(await ask(pool, request())).toBe('2')
  expect(sockets.size).toBe(2)
})

/** Asks under a name, which a server may repeat. */
const named = (exchangeId: string) => ({ ...request(exchangeId), exchangeId })
/** The guard asks again for what broke off, if it was a read. */
const OF_ANOTHER = { kind: 'broken', cause: { message: 'a reply came to another request' } }
const echo = (name: string) => `${EXCHANGE_HEADER}: ${name}\r\n`

it('never takes for the reply to one request what answers another; answers shifted from one to the next', async () => {
  let asked = 0
  const { pool, sockets } = await start((socket, text) => {
    asked++
    const reply = answer(`to ${text}`, echo(text))
    // The second request finds the first reply again before its own.
    if (asked === 2) socket.write(answer('to a', echo('a')), () => setImmediate(() => socket.write(reply)))
    else socket.write(reply)
  })
  expect(await ask(pool, named('a'))).toBe('to a')
  await expect(ask(pool, named('b'))).rejects.toMatchObject(OF_ANOTHER)
  expect(await ask(pool, named('b'))).toBe('to b')
  expect(await ask(pool, named('c'))).toBe('to c')
  expect([asked, sockets.size]).toEqual([4, 2])
})

it('leaves a connection at once that says something while nobody asks', async () => {
  const { pool, sockets } = await start((socket, text) => socket.write(answer(`to ${text}`, echo(text))))
  expect(await ask(pool, named('a'))).toBe('to a')
  const [socket] = sockets
  if (!socket) throw new Error('there was a connection')
  const closed = once(socket, 'close')
  socket.write(answer('smuggled', echo('b')))
  await closed
  expect(await ask(pool, named('b'))).toBe('to b')
})

it('asks one request per connection of a server that does not say what it answers, so that nothing can shift', async () => {
  const { pool, sockets } = await start((socket, text) => {
    socket.write(answer(`to ${text}`))
    setImmediate(() => socket.write(answer('smuggled')))
  })
  for (const name of ['a', 'b', 'c']) expect(await ask(pool, named(name))).toBe(`to ${name}`)
  expect(sockets.size).toBe(3)
})

it('refuses a reply that says twice which request it answers', async () => {
  const { pool } = await start((socket, text) => socket.write(answer('ok', echo('x') + echo(text))))
  await expect(ask(pool, named('a'))).rejects.toThrow('twice')
})

it('opens a new connection where the server does not keep the old one', async () => {
  const { pool, sockets } = await start((socket) => socket.write(answer('ok', 'connection: close\r\n')))
  await ask(pool, request())
  await ask(pool, request())
  expect(sockets.size).toBe(2)
})

it('takes the end of the connection for the end of a reply that has no other', async () => {
  const { pool } = await start((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"data":null}'))
  expect(await ask(pool, request())).toBe('{"data":null}')
})

it('rejects what is under way and waiting when it is closed, and what nobody listens to', async () => {
  const { pool } = await start(() => {}, 1)
  const sent = [ask(pool, request()), ask(pool, request())]
  pool.close()
  for (const each of sent) await expect(each).rejects.toThrow('closed')
  const nowhere = createHttpPool(new URL('http://127.0.0.1:1'), { connections: 1, maxReplyBytes: 10, connectTimeoutMs: 500 })
  await expect(ask(nowhere, request())).rejects.toThrow()
})

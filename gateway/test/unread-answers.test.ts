import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { eventually } from '@planet/runtime/testing/patience'
import { afterEach, expect, it } from 'vitest'
import { createBacklog, cutWhenStalled } from '../src/http/backlog.ts'
import { startNewsGateway } from './testing/news-gateway.ts'
import { openRawEventSource } from './testing/raw-event-source.ts'
import { openReadySocket } from './testing/raw-socket.ts'

const MIB = 1024 * 1024
/** More than the system takes for a client that does not read. */
const MUCH = Buffer.alloc(16 * MIB)
const FOLLOW = 'subscription { storyPublished { seq title } }'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** The server's ends of connections whose clients read nothing until they are told to. */
async function connections(count: number): Promise<{ servers: Socket[]; clients: Socket[] }> {
  const servers: Socket[] = []
  const listener = createServer((socket) => void servers.push(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // A server on a port has such an address.
  const { port } = listener.address() as AddressInfo
  const clients = Array.from({ length: count }, () =>
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .pause(),
  )
  closers.push(() => {
    for (const socket of [...servers, ...clients]) socket.destroy()
    listener.close()
  })
  await eventually(() => expect(servers).toHaveLength(count))
  return { servers, clients }
}

const waiting = (sockets: readonly Socket[]) =>
  sockets.reduce((sum, socket) => sum + (socket.destroyed ? 0 : socket.writableLength), 0)

it('cuts those for whom most waits, and keeps the others', async () => {
  const backlog = createBacklog(40 * MIB)
  const { servers } = await connections(6)
  for (const [n, server] of servers.entries()) {
    const writes = n < 2 ? 3 : 1
    for (let write = 0; write < writes; write++) {
      server.write(MUCH)
      backlog.wrote(server)
      expect(waiting(servers)).toBeLessThanOrEqual(48 * MIB)
    }
  }
  expect(backlog.cut()).toBeGreaterThan(0)
  expect(servers[0]?.destroyed).toBe(true)
  expect(servers.at(-1)?.destroyed).toBe(false)
})

it('does not count what has been read since, nor who has gone', async () => {
  const backlog = createBacklog(40 * MIB)
  const { servers, clients } = await connections(6)
  for (const [n, server] of servers.entries()) {
    server.write(MUCH)
    backlog.wrote(server)
    if (n % 2 === 0) clients.at(n)?.resume()
    else server.destroy()
    await eventually(() => expect(waiting(servers)).toBeLessThan(MUCH.length))
    for (const client of clients) client.resume()
    await eventually(() => expect(waiting(servers)).toBe(0))
  }
  expect(backlog.cut()).toBe(0)
})

it('a client that takes nothing was borne for 40 s', async () => {
  const { servers, clients } = await connections(2)
  const [stalled, slow] = servers
  if (!stalled || !slow) throw new Error('there are two connections')
  for (const server of servers) {
    cutWhenStalled(server)
    server.write(MUCH)
  }
  const startedAt = performance.now()
  // The other one takes a little now and then.
  const taking = setInterval(() => clients[1]?.read(64 * 1024), 500)
  closers.push(() => clearInterval(taking))
  await eventually(() => expect(stalled.destroyed).toBe(true))
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  expect(slow.destroyed).toBe(false)
})

it('clients that read nothing took hundreds of megabytes together', async () => {
  await using test = await startNewsGateway({ socketLimits: { allBufferedBytes: 2 * MIB } })
  const sockets = await Promise.all(Array.from({ length: 6 }, () => openReadySocket(test.url)))
  const sources = await Promise.all(Array.from({ length: 6 }, () => openRawEventSource(test.url, { body: { query: FOLLOW } })))
  closers.push(() => {
    for (const each of [...sockets, ...sources]) each[Symbol.dispose]()
  })
  for (const socket of sockets) socket.send({ id: '1', type: 'subscribe', payload: { query: FOLLOW } })
  await eventually(() => expect(test.gateway.stats().subscriptions).toBe(12))
  for (const each of [...sockets, ...sources]) each.pause()
  const title = 'x'.repeat(256 * 1024)
  // Some is taken by the system for each, and then no more.
  await eventually(() => {
    test.graph.publish(title)
    expect(test.gateway.stats()).toMatchObject({ sockets: 0, eventSources: 0 })
  }, 200)
  expect(test.gateway.stats().cut).toBeGreaterThan(0)
})

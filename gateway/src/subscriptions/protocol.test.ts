import { request } from 'node:http'
import { eventually } from '@planet/runtime/testing/patience'
import type { ExecutionResult } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startNewsGateway } from '../../test/testing/news-gateway.ts'
import { openRawSocket, openReadySocket, type RawSocket } from '../../test/testing/raw-socket.ts'
import { startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'

// The protocol is graphql-transport-ws as graphql-ws writes it down. Nothing here uses a client of it.

const WATCH = 'subscription { roomChanged(id: "1") { title } }'
const watch = (id: string) => ({ id, type: 'subscribe', payload: { query: WATCH } })
const ask = (id: string, query: string, more: object = {}) => ({ id, type: 'subscribe', payload: { query, ...more } })
const titled = (id: string, title: string) => ({ id, type: 'next', payload: { data: { roomChanged: { title } } } })

let test: TestGateway
const sockets: RawSocket[] = []
const kept = (socket: RawSocket) => {
  sockets.push(socket)
  return socket
}
const connect = async (...options: Parameters<typeof openRawSocket> extends [string, ...infer Rest] ? Rest : never) =>
  kept(await openRawSocket(test.url, ...options))
const ready = async (payload?: Readonly<Record<string, unknown>>) => kept(await openReadySocket(test.url, payload))
const next = async (socket: RawSocket) => (await socket.next()).message

beforeAll(async () => {
  test = await startTestGateway()
})
afterEach(async () => {
  test.graph.behave('answer')
  for (const socket of sockets.splice(0)) socket.terminate()
  await test.graph.streamsAre(0)
  test.graph.renameRoom('1', 'Room 1')
})
afterAll(() => test[Symbol.asyncDispose]())

describe('a connection', () => {
  it('agrees on graphql-transport-ws, also when it is offered among others', async () => {
    expect((await connect()).protocol).toBe('graphql-transport-ws')
    expect((await connect({ protocols: ['graphql-ws', 'graphql-transport-ws'] })).protocol).toBe('graphql-transport-ws')
  })

  it.each([
    ['no sub-protocol', undefined],
    ['the protocol of an earlier library', 'graphql-ws'],
    ['an unknown protocol', 'mqtt'],
  ])('is closed with 4406 when it offers %s', async (_, protocol) => {
    expect(await closeCodeOfHandshake(test.url, protocol)).toBe(4406)
  })

  it('is refused with 403 before it is a socket when a page of a foreign origin opens it', async () => {
    await expect(connect({ headers: { origin: 'https://evil.example' } })).rejects.toThrow('403')
  })

  it.each([
    ['no payload', {}],
    ['an empty payload', { payload: {} }],
    ['the payload null', { payload: null }],
  ])('is acknowledged after connection_init with %s', async (_, rest) => {
    const socket = await connect()
    socket.send({ type: 'connection_init', ...rest })
    expect(await next(socket)).toMatchObject({ type: 'connection_ack' })
  })

  it.each([
    ['is no token of ours', { authorization: 'Bearer nonsense' }],
    ['is no text', { authorization: { token: 1 } }],
  ])('is closed with 4403 when its authorization %s', async (_, payload) => {
    const socket = await connect()
    socket.send({ type: 'connection_init', payload })
    expect((await socket.closed).code).toBe(4403)
  })

  it('is closed with 4403 when its token expires, whatever is open on it', async () => {
    const socket = await ready({ authorization: `Bearer ${await test.token([], 4)}` })
    socket.send(watch('a'))
    expect((await socket.closed).code).toBe(4403)
  })

  it('is closed with 4408 when connection_init does not come', async () => {
    expect((await (await connect()).closed).code).toBe(4408)
  })

  it('is not saved from 4408 by a ping', async () => {
    const socket = await connect()
    socket.send({ type: 'ping' })
    expect(await next(socket)).toMatchObject({ type: 'pong' })
    expect((await socket.closed).code).toBe(4408)
  })

  it('is closed with 4429 at a second connection_init, acknowledged or not', async () => {
    const twice = await connect()
    twice.send({ type: 'connection_init' })
    twice.send({ type: 'connection_init' })
    expect((await twice.closed).code).toBe(4429)
    const acknowledged = await ready()
    acknowledged.send({ type: 'connection_init' })
    expect((await acknowledged.closed).code).toBe(4429)
  })

  it.each([
    ['a subscription', WATCH],
    ['a query', '{ whoami }'],
    ['a mutation', 'mutation { renameRoom(id: "3", title: "never") { id } }'],
  ])('is closed with 4401 at %s before it is acknowledged', async (_, query) => {
    const socket = await connect()
    socket.send(ask('a', query))
    expect((await socket.closed).code).toBe(4401)
    expect(await (await test.post({ query: '{ room(id: "3") { title } }' })).json()).toEqual({
      data: { room: { title: 'Room 3' } },
    })
  })

  it('ends what is open when the client closes it with 1000', async () => {
    const socket = await ready()
    for (const id of ['a', 'b']) socket.send(watch(id))
    await test.graph.streamsAre(1)
    socket.close(1000)
    expect((await socket.closed).code).toBe(1000)
    await test.graph.streamsAre(0)
  })
})

describe('a message', () => {
  const payload = { query: '{ whoami }' }
  it.each<readonly [string, object | string | Buffer]>([
    ['is no JSON', '{"type":"ping"'],
    ['is empty', ''],
    ['is JSON but no object', '"ping"'],
    ['is null', 'null'],
    ['is a list', [{ type: 'ping' }]],
    ['has no type', { id: 'a' }],
    ['has a type that is no text', { type: 7 }],
    ['has an unknown type', { type: 'start', id: 'a', payload }],
    ['has a type that only a server sends, connection_ack', { type: 'connection_ack' }],
    ['has a type that only a server sends, next', { type: 'next', id: 'a', payload: { data: null } }],
    ['has a type that only a server sends, error', { type: 'error', id: 'a', payload: [{ message: 'm' }] }],
    ['subscribes without an id', { type: 'subscribe', payload }],
    ['subscribes with an id that is no text', { type: 'subscribe', id: 1, payload }],
    ['subscribes with an empty id', { type: 'subscribe', id: '', payload }],
    ['subscribes with an id of more than 256 characters', { type: 'subscribe', id: 'x'.repeat(257), payload }],
    ['subscribes without a payload', { type: 'subscribe', id: 'a' }],
    ['subscribes with a payload that is no object', { type: 'subscribe', id: 'a', payload: '{ whoami }' }],
    ['subscribes without a query', { type: 'subscribe', id: 'a', payload: {} }],
    ['subscribes with a query that is no text', { type: 'subscribe', id: 'a', payload: { query: { kind: 'Document' } } }],
    ['subscribes with variables that are no object', { type: 'subscribe', id: 'a', payload: { ...payload, variables: 'x' } }],
    [
      'subscribes with an operationName that is no text',
      { type: 'subscribe', id: 'a', payload: { ...payload, operationName: 1 } },
    ],
    ['subscribes with extensions that are no object', { type: 'subscribe', id: 'a', payload: { ...payload, extensions: 'x' } }],
    ['completes without an id', { type: 'complete' }],
    ['pings with a payload that is no object', { type: 'ping', payload: 'x' }],
    ['pongs with a payload that is no object', { type: 'pong', payload: 1 }],
    ['is binary', Buffer.from(JSON.stringify({ type: 'ping' }))],
  ])('closes the socket with 4400 when it %s', async (_, message) => {
    const socket = await ready()
    socket.send(message)
    const { code, reason } = await socket.closed
    expect(code).toBe(4400)
    expect(reason).not.toBe('')
  })

  it('closes the socket with 4400 before connection_init too', async () => {
    const socket = await connect()
    socket.send('{')
    expect((await socket.closed).code).toBe(4400)
  })

  it('closes the socket with 4400 when connection_init has a payload that is no object', async () => {
    const socket = await connect()
    socket.send({ type: 'connection_init', payload: 'x' })
    expect((await socket.closed).code).toBe(4400)
  })

  it('closes the socket with 1009 when it is larger than a request may be', async () => {
    const socket = await ready()
    socket.send(ask('a', `{ whoami } ${'#'.repeat(300_000)}`))
    expect((await socket.closed).code).toBe(1009)
  })

  it('may leave out variables, operationName and extensions, or give null for them', async () => {
    const socket = await ready()
    socket.send(ask('a', '{ whoami }', { variables: null, operationName: null, extensions: null }))
    expect(await next(socket)).toEqual({ id: 'a', type: 'next', payload: { data: { whoami: 'nobody' } } })
  })
})

describe('a ping', () => {
  it('is answered by a pong with its payload, before connection_init and after', async () => {
    const socket = await connect()
    socket.send({ type: 'ping', payload: { n: 1, text: 'é' } })
    expect(await next(socket)).toEqual({ type: 'pong', payload: { n: 1, text: 'é' } })
    socket.send({ type: 'connection_init' })
    expect(await next(socket)).toMatchObject({ type: 'connection_ack' })
    socket.send({ type: 'ping' })
    expect(await next(socket)).toMatchObject({ type: 'pong' })
    socket.send({ type: 'ping', payload: null })
    expect(await next(socket)).toMatchObject({ type: 'pong' })
  })

  it('is answered while a subscription is open', async () => {
    const socket = await ready()
    socket.send(watch('a'))
    expect(await next(socket)).toEqual(titled('a', 'Room 1'))
    socket.send({ type: 'ping', payload: { n: 2 } })
    expect(await next(socket)).toEqual({ type: 'pong', payload: { n: 2 } })
  })

  it('need not have been sent for a pong to be taken, with a payload or without', async () => {
    const socket = await ready()
    socket.send({ type: 'pong' })
    socket.send({ type: 'pong', payload: { beat: 1 } })
    socket.send({ type: 'pong', payload: null })
    await socket.settle()
    expect(socket.unread).toEqual([])
  })
})

describe('an operation', () => {
  it.each([
    ['a query', '{ whoami }', { whoami: 'nobody' }],
    [
      'a query over several subgraphs',
      '{ room(id: "2") { title host { name } } }',
      { room: { title: 'Room 2', host: { name: 'Name of p2' } } },
    ],
    ['a mutation', 'mutation { renameRoom(id: "2", title: "Room 2") { title } }', { renameRoom: { title: 'Room 2' } }],
  ])('that is %s gives one next, then complete, and nothing after', async (_, query, data) => {
    const socket = await ready()
    socket.send(ask('a', query))
    expect(await next(socket)).toEqual({ id: 'a', type: 'next', payload: { data } })
    expect(await next(socket)).toEqual({ id: 'a', type: 'complete' })
    await socket.settle()
    expect(socket.unread).toEqual([])
  })

  it('takes an empty operation name as none', async () => {
    const socket = await ready()
    socket.send(ask('a', '{ whoami }', { operationName: '' }))
    expect(await next(socket)).toEqual({ id: 'a', type: 'next', payload: { data: { whoami: 'nobody' } } })
  })

  it('with errors in its fields gives them in next, then complete', async () => {
    const socket = await ready()
    socket.send(ask('a', '{ broken whoami }'))
    const { message, text } = await socket.next()
    expect(message).toMatchObject({
      id: 'a',
      type: 'next',
      payload: { data: { broken: null, whoami: 'nobody' }, errors: [{ path: ['broken'], extensions: { code: 'INTERNAL' } }] },
    })
    expect(text).not.toContain('secret')
    expect(await next(socket)).toEqual({ id: 'a', type: 'complete' })
  })

  it.each([
    ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['is not valid', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'has two root fields in a subscription',
      'subscription { a: roomChanged(id: "1") { id } b: roomChanged(id: "2") { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'skips the root of a subscription',
      'subscription { roomChanged(id: "1") @skip(if: false) { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['lacks a variable', 'subscription ($id: ID!) { roomChanged(id: $id) { id } }', 'BAD_USER_INPUT'],
    ['holds no operation', 'fragment F on Room { id }', undefined],
    ['is empty', ' ', 'GRAPHQL_PARSE_FAILED'],
  ])('that %s gives error without complete, frees its id, and leaves the others open', async (_, query, code) => {
    const socket = await ready()
    socket.send(watch('other'))
    expect(await next(socket)).toEqual(titled('other', 'Room 1'))
    socket.send(ask('a', query))
    const refusal = await next(socket)
    expect(refusal).toMatchObject({ id: 'a', type: 'error' })
    expect(refusal.payload).toMatchObject([{ message: expect.any(String), ...(code ? { extensions: { code } } : {}) }])
    await socket.settle()
    expect(socket.unread).toEqual([])
    socket.send(ask('a', '{ whoami }'))
    expect(await next(socket)).toMatchObject({ id: 'a', type: 'next' })
    expect(await next(socket)).toEqual({ id: 'a', type: 'complete' })
    test.graph.renameRoom('1', 'Still open')
    expect(await next(socket)).toEqual(titled('other', 'Still open'))
  })

  it('gets events until the client completes it, and none after', async () => {
    const socket = await ready()
    socket.send(watch('a'))
    expect(await next(socket)).toEqual(titled('a', 'Room 1'))
    test.graph.renameRoom('1', 'Second')
    expect(await next(socket)).toEqual(titled('a', 'Second'))
    socket.send({ id: 'a', type: 'complete' })
    await test.graph.streamsAre(0)
    test.graph.renameRoom('1', 'Third')
    await socket.settle()
    expect(socket.unread).toEqual([])
  })

  it('may take the id of one that the client completed', async () => {
    const socket = await ready()
    for (const title of ['One', 'Two', 'Three']) {
      test.graph.renameRoom('1', title)
      socket.send(watch('a'))
      expect(await next(socket)).toEqual(titled('a', title))
      socket.send({ id: 'a', type: 'complete' })
    }
  })

  it('may take the id of one that was completed before its first event came', async () => {
    const socket = await ready()
    socket.send(watch('a'))
    socket.send({ id: 'a', type: 'complete' })
    socket.send(ask('a', 'subscription { roomChanged(id: "2") { id } }'))
    // What was on its way when the first one was completed may still arrive.
    const seen: unknown[] = []
    do seen.push((await next(socket)).payload)
    while (!isRoom(seen.at(-1), '2'))
    test.graph.renameRoom('1', 'Not for anybody')
    await socket.settle()
    expect(socket.unread.filter(({ text }) => text.includes('Not for anybody'))).toEqual([])
  })

  it('may take the id of a query that is over', async () => {
    const socket = await ready()
    for (let i = 0; i < 3; i++) {
      socket.send(ask('a', '{ whoami }'))
      expect(await next(socket)).toMatchObject({ id: 'a', type: 'next' })
      expect(await next(socket)).toEqual({ id: 'a', type: 'complete' })
    }
  })

  it('that the client completes before it is answered is not answered', async () => {
    const socket = await ready()
    test.graph.behave('hang')
    socket.send(ask('a', '{ room(id: "1") { host { name } } }'))
    socket.send({ id: 'a', type: 'complete' })
    await socket.settle()
    test.graph.behave('answer')
    socket.send(ask('a', '{ whoami }'))
    expect(await next(socket)).toEqual({ id: 'a', type: 'next', payload: { data: { whoami: 'nobody' } } })
    expect(await next(socket)).toEqual({ id: 'a', type: 'complete' })
    await socket.settle()
    expect(socket.unread).toEqual([])
  })

  it.each([
    ['a subscription', WATCH, 'answer'],
    ['a query that is not answered yet', '{ room(id: "1") { host { name } } }', 'hang'],
  ] as const)('closes the socket with 4409 when its id is that of %s', async (_, query, behaviour) => {
    const socket = await ready()
    test.graph.behave(behaviour)
    socket.send(ask('a', query))
    socket.send(ask('a', '{ whoami }'))
    const { code, reason } = await socket.closed
    expect(code).toBe(4409)
    expect(reason).toContain('Subscriber for')
  })

  it.each([
    ['long', 'x'.repeat(256)],
    ['long and not ASCII', 'é😀'.repeat(80)],
  ])('closes the socket with 4409 also when the id that is taken is %s', async (_, id) => {
    const socket = await ready()
    socket.send(watch(id))
    socket.send(watch(id))
    expect((await socket.closed).code).toBe(4409)
  })

  it.each(['"', '\\', 'a"}],\u2028\u0000', '__proto__', 'constructor', '😀', '0', ' ', 'x'.repeat(255)])(
    'keeps its id as it is: %j',
    async (id) => {
      const socket = await ready()
      socket.send(watch(id))
      expect(await next(socket)).toEqual(titled(id, 'Room 1'))
      test.graph.renameRoom('1', 'Second')
      expect(await next(socket)).toEqual(titled(id, 'Second'))
      socket.send(ask(`${id}2`, '{ nothing }'))
      expect(await next(socket)).toMatchObject({ id: `${id}2`, type: 'error' })
      socket.send({ id, type: 'complete' })
      await test.graph.streamsAre(0)
    },
  )

  it('is one of several on a socket, each with events of its own', async () => {
    const socket = await ready()
    const query = 'subscription ($id: ID!) { roomChanged(id: $id) { id title } }'
    for (const id of ['1', '2', '3']) socket.send(ask(`o${id}`, query, { variables: { id } }))
    const seen = new Map<string | undefined, unknown>()
    while (seen.size < 3) {
      const { id, payload } = await next(socket)
      seen.set(id, payload)
    }
    expect(seen.get('o2')).toEqual({ data: { roomChanged: { id: '2', title: 'Room 2' } } })
    socket.send(ask('q', '{ whoami }'))
    expect(await next(socket)).toMatchObject({ id: 'q', type: 'next' })
    expect(await next(socket)).toEqual({ id: 'q', type: 'complete' })
    socket.send({ id: 'o1', type: 'complete' })
    await test.graph.streamsAre(2)
    test.graph.renameRoom('1', 'Second')
    const rest = [await next(socket), await next(socket)]
    expect(rest.map(({ id }) => id).sort()).toEqual(['o2', 'o3'])
  })

  it('gives equal subscriptions on one socket every event under each id', async () => {
    const socket = await ready()
    for (const id of ['a', 'b']) socket.send(watch(id))
    const first = [await next(socket), await next(socket)]
    expect(first.sort(byId)).toEqual([titled('a', 'Room 1'), titled('b', 'Room 1')])
    test.graph.renameRoom('1', 'Both')
    const second = [await next(socket), await next(socket)]
    expect(second.sort(byId)).toEqual([titled('a', 'Both'), titled('b', 'Both')])
    socket.send({ id: 'a', type: 'complete' })
    await socket.settle()
    test.graph.renameRoom('1', 'One')
    expect(await next(socket)).toEqual(titled('b', 'One'))
  })
})

describe('complete', () => {
  it.each([
    ['an id that never was', 'nobody'],
    ['an id that is over', 'a'],
  ])('is ignored for %s', async (_, id) => {
    const socket = await ready()
    socket.send(ask('a', '{ whoami }'))
    expect(await next(socket)).toMatchObject({ id: 'a', type: 'next' })
    expect(await next(socket)).toEqual({ id: 'a', type: 'complete' })
    socket.send({ id, type: 'complete' })
    socket.send({ id, type: 'complete' })
    socket.send(watch('b'))
    expect(await next(socket)).toEqual(titled('b', 'Room 1'))
  })
})

describe('an operation that the client has completed', () => {
  it('takes nothing from the next one of its id when it would have been refused', async () => {
    await using news = await startNewsGateway()
    const ended = ask('a', 'subscription { storyPublished(after: "nonsense") { seq } }')
    for (let i = 0; i < 20; i++) {
      using socket = await openReadySocket(news.url)
      socket.send(ended)
      socket.send({ id: 'a', type: 'complete' })
      socket.send(ask('a', 'subscription { storyPublished(after: "0") { title } }'))
      const title = `Story ${i}`
      news.graph.publish(title)
      // The refusal may have been on its way.
      while (!(await socket.next()).text.includes(title));
      socket.send({ id: 'a', type: 'complete' })
      await news.graph.streamsAre(0)
    }
  })

  it('does not send what still waited for its client to read', async () => {
    await using news = await startNewsGateway()
    using socket = await openReadySocket(news.url)
    socket.send(ask('a', 'subscription { tempoChanged { seq pad } }'))
    await socket.next()
    socket.pause()
    const last = 250
    for (let seq = 1; seq <= last; seq++) {
      news.graph.setTempo(seq, 'x'.repeat(100_000))
      await eventually(() => expect(news.gateway.stats().frames).toBe(seq + 1), 1)
    }
    socket.send({ id: 'a', type: 'complete' })
    await news.graph.streamsAre(0)
    socket.resume()
    await socket.settle()
    await socket.settle()
    expect(socket.unread.length).toBeGreaterThan(0)
    expect(socket.unread.filter(({ text }) => text.includes(`"seq":${last},`))).toEqual([])
  })
})

const byId = (one: { readonly id?: string }, other: { readonly id?: string }) => ((one.id ?? '') < (other.id ?? '') ? -1 : 1)

function isRoom(payload: unknown, id: string): boolean {
  // What `next` carries is an execution result.
  const { data } = payload as ExecutionResult<{ readonly roomChanged?: { readonly id?: string } }>
  return data?.roomChanged?.id === id
}

/** The code with which the server closes a socket right after the handshake; clients of the protocol hide it. */
function closeCodeOfHandshake(url: string, protocol: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const upgrade = request(`${url}/graphql`, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
        ...(protocol === undefined ? {} : { 'sec-websocket-protocol': protocol }),
      },
    })
    upgrade.once('response', ({ statusCode }) => reject(new Error(`HTTP ${statusCode}`)))
    upgrade.once('error', reject)
    upgrade.once('upgrade', (_, socket, head) => {
      let received = head
      const read = () => {
        // A close frame: opcode 8, a length below 126, a code of two bytes.
        if (received.length < 4) return
        socket.destroy()
        if (received[0] === 0x88) resolve(received.readUInt16BE(2))
        else reject(new Error('the first frame does not close'))
      }
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        read()
      })
      socket.once('close', () => reject(new Error('closed without a frame')))
      read()
    })
    upgrade.end()
  })
}

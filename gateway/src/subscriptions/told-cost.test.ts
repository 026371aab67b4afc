import { CALLER_LIMITS, type CallerLimits } from '@planet/runtime/caller-limits'
import { silentLog } from '@planet/runtime/log'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCrowdGraph } from '../../test/testing/crowd-graph.ts'
import { type NoteGraph, startNoteGraph } from '../../test/testing/note-graph.ts'
import { openRawEventSource, type RawEventSource } from '../../test/testing/raw-event-source.ts'
import { openRawSocket, type RawSocket } from '../../test/testing/raw-socket.ts'
import { startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import type { EngineName } from '../config.ts'
import type { GatewayDeps } from '../gateway.ts'

const VIEWER_KEY = newProcessKey()
const HEADER = 'x-graphql-cost'
const ASKING = { [HEADER]: true }
/** A room, its host and the host's friend: 3. */
const ROOM = 'room(id: "1") { title host { name friend { name } } }'
const WATCH = 'subscription { roomChanged(id: "1") { title host { name friend { name } } } }'
const NOTES = 'subscription ($after: Cursor) { noteAdded(after: $after) { text author { name } } }'

const open: (AsyncDisposable | Disposable)[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    if (Symbol.asyncDispose in each) await each[Symbol.asyncDispose]()
    else each[Symbol.dispose]()
  }
})
const kept = <Part extends AsyncDisposable | Disposable>(part: Part): Part => {
  open.push(part)
  return part
}

let test: TestGateway
const start = async (deps: Partial<GatewayDeps> = {}) => {
  test = kept(await startTestGateway({ deps }))
}
/** What a socket sends and says of itself, besides what it asks. */
type Wishes = {
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: object | null
  readonly extensions?: object | null
}
const connect = async ({ headers = {}, payload = null }: Wishes = {}) => {
  const socket = kept(await openRawSocket(test.url, { headers }))
  socket.send({ type: 'connection_init', payload })
  expect((await socket.next()).message.type).toBe('connection_ack')
  return socket
}
const send = (socket: RawSocket, query: string, more: object = {}, id = '1') =>
  socket.send({ id, type: 'subscribe', payload: { query, ...more } })
const ask = async (query: string, wishes: Wishes = {}, variables: object = {}) => {
  const socket = await connect(wishes)
  send(socket, query, { variables, extensions: wishes.extensions ?? null })
  return socket
}
type Result = {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[]
  readonly extensions?: unknown
}
const result = async (socket: RawSocket) => (await socket.next()).message.payload as Result
const cost = (estimated: number, actual: number) => ({ cost: { estimated, actual } })

describe.each<[string, Wishes]>([
  ['in connection_init', { payload: ASKING }],
  ['in connection_init as the text of a header', { payload: { [HEADER]: 'true' } }],
  ['in extensions of the operation', { extensions: ASKING }],
  ['by the header, which a program can send with a socket', { headers: { [HEADER]: 'true' } }],
])('over a socket, asked for %s,', (_, wishes) => {
  beforeEach(() => start())

  it.each([
    ['query', `{ ${ROOM} }`, cost(3, 3)],
    ['query whose answer is smaller than it may be', '{ rooms { title host { name } } }', cost(10, 6)],
    ['mutation', 'mutation { renameRoom(id: "1", title: "Room 1") { title } }', cost(11, 11)],
    ['query with an error', '{ broken room(id: "1") { title } }', cost(1, 1)],
  ])('the cost of a %s was not told; it is as over HTTP', async (_, query, expected) => {
    const socket = await ask(query, wishes)
    const { extensions } = await result(socket)
    expect(extensions).toEqual(expected)
    const overHttp = (await (await test.post({ query }, { [HEADER]: 'true' })).json()) as Result
    expect(extensions).toEqual(overHttp.extensions)
    expect((await socket.next()).message).toEqual({ id: '1', type: 'complete' })
  })

  it('the cost of an event was not told; every one says its own', async () => {
    const socket = await ask(WATCH, wishes)
    expect(await result(socket)).toMatchObject({ data: { roomChanged: { title: 'Room 1' } }, extensions: cost(3, 3) })
    test.graph.behave('fail')
    test.graph.renameRoom('1', 'Second')
    const { data, errors, extensions } = await result(socket)
    expect([data, errors?.length, extensions]).toEqual([{ roomChanged: { title: 'Second', host: null } }, 1, cost(3, 1)])
  })
})

describe('over a socket,', () => {
  it.each<[string, Wishes]>([
    ['nothing', {}],
    ['no to it', { payload: { [HEADER]: false }, extensions: { [HEADER]: 'false' }, headers: { [HEADER]: '0' } }],
    ['something else', { payload: { cost: true }, extensions: { persistedQuery: null } }],
  ])('whoever says %s gets no extensions', async (_, wishes) => {
    await start()
    expect(await result(await ask(`{ ${ROOM} }`, wishes))).not.toHaveProperty('extensions')
    expect(await result(await ask(WATCH, wishes))).not.toHaveProperty('extensions')
  })

  it('one operation may ask beside others that do not', async () => {
    await start()
    const socket = await connect()
    send(socket, WATCH, {}, 'plain')
    expect(await result(socket)).not.toHaveProperty('extensions')
    send(socket, WATCH, { extensions: ASKING }, 'asking')
    expect((await socket.next()).message).toMatchObject({ id: 'asking', payload: { extensions: cost(3, 3) } })
    send(socket, `{ ${ROOM} }`, {}, 'query')
    expect(await result(socket)).not.toHaveProperty('extensions')
  })

  it('a client of graphql-ws asks by its connectionParams', async () => {
    await start()
    const client = test.sockets(ASKING)
    for (const query of [`{ ${ROOM} }`, WATCH]) {
      const events = client.iterate({ query })
      expect((await events.next()).value).toMatchObject({ extensions: cost(3, 3) })
      await events.return?.()
    }
    await client.dispose()
  })

  it('an operation that is refused before it is estimated stays an error of the protocol', async () => {
    await start()
    const socket = await ask('{ nothing }', { payload: ASKING })
    expect((await socket.next()).message).toEqual({ id: '1', type: 'error', payload: [expect.anything()] })
  })

  it('what the budget does not cover came to nothing', async () => {
    const anonymous: CallerLimits = { ...CALLER_LIMITS.anonymous, costPerOperation: 3, costPerMinute: 3 }
    await start({ callerLimits: { ...CALLER_LIMITS, anonymous } })
    await test.post({ query: `{ ${ROOM} }` })
    for (const query of [`{ ${ROOM} }`, WATCH]) {
      const { errors, extensions } = await result(await ask(query, { payload: ASKING }))
      expect([errors?.[0]?.extensions.code, extensions]).toEqual(['RATE_LIMITED', cost(3, 0)])
    }
  })

  it('an event that is too large to be given came to what was estimated', async () => {
    const crowd = kept(await startCrowdGraph('local', VIEWER_KEY, silentLog))
    const { supergraphSdl, transports } = crowd
    const gathered = async (maxAnswerBytes: number) => {
      await start({ supergraphSdl, transports, viewerKey: VIEWER_KEY, maxAnswerBytes })
      const socket = await ask('subscription { gathered(count: 5000) { id name } }', { payload: ASKING })
      const { data, errors, extensions } = await result(socket)
      expect((await socket.next()).message).toEqual({ id: '1', type: 'complete' })
      return [data === null, errors?.[0]?.extensions.code, extensions]
    }
    expect(await gathered(1_000_000)).toEqual([false, undefined, cost(5, 5000)])
    expect(await gathered(20_000)).toEqual([true, 'RESPONSE_TOO_LARGE', cost(5, 5)])
  })
})

const ENGINES: readonly EngineName[] = ['compiled', 'apollo']

describe.each(ENGINES)('equal subscriptions of which some ask for the cost, by the %s engine,', (engine) => {
  let graph: NoteGraph
  beforeEach(async () => {
    graph = kept(await startNoteGraph('local', VIEWER_KEY))
    const { supergraphSdl, transports } = graph
    await start({ supergraphSdl, transports, viewerKey: VIEWER_KEY, engine })
  })
  const watch = async (wishes: Wishes, streams: number, variables: object = {}) => {
    const socket = await ask(NOTES, wishes, variables)
    await socket.settle()
    await graph.streamsAre(streams)
    return socket
  }
  const PLAIN = '{"id":"1","type":"next","payload":{"data":{"noteAdded":{"text":"one","author":{"name":"Name of p1"}}}}}'
  const TOLD = PLAIN.replace(/\}\}$/, ',"extensions":{"cost":{"estimated":2,"actual":2}}}}')

  it('share one text among those who ask, and one among the others', async () => {
    const plain = [await watch({}, 1), await watch({}, 1), await watch({}, 1)]
    const asking = [await watch({ payload: ASKING }, 2), await watch({ extensions: ASKING }, 2)]
    graph.add('one')
    for (const socket of plain) expect((await socket.next()).text).toBe(PLAIN)
    for (const socket of asking) expect((await socket.next()).text).toBe(TOLD)
    expect(test.gateway.stats()).toMatchObject({ subscriptions: 5, groups: 2, frames: 2 })
  })

  it('are told with every event also where they read up, and after they have', async () => {
    const after = graph.add('zero')
    for (let n = 1; n <= 100; n++) graph.add(`note ${n}`)
    await watch({ payload: ASKING }, 1)
    const reading = await watch({ payload: ASKING }, 1, { after })
    graph.add('note 101')
    for (let n = 1; n <= 101; n++) {
      const { data, extensions } = await result(reading)
      expect([data?.noteAdded, extensions]).toMatchObject([{ text: `note ${n}` }, cost(2, 2)])
    }
    await graph.streamsAre(1)
  })

  it('are told with the value that a STATE has', async () => {
    const query = 'subscription { tallyChanged { count } }'
    const [first, second] = [await ask(query, { payload: ASKING }), await ask(query, { payload: ASKING })]
    for (const socket of [first, second]) expect(await result(socket)).toMatchObject({ extensions: cost(1, 1) })
    graph.count(7)
    for (const socket of [first, second]) {
      expect(await result(socket)).toEqual({ data: { tallyChanged: { count: 7 } }, extensions: cost(1, 1) })
    }
  })

  it('are told that a refusal of the owner came to nothing', async () => {
    const { errors, extensions } = await result(await ask(NOTES, { payload: ASKING }, { after: 'no cursor' }))
    expect([errors?.[0]?.extensions.code, extensions]).toEqual(['CURSOR_INVALID', cost(2, 0)])
  })

  it('are told by server-sent events as well, if the header asks', async () => {
    const follow = async (headers: Readonly<Record<string, string>>, path: string) =>
      kept(await openRawEventSource(test.url, { path, headers, body: { query: NOTES } }))
    const payload = async (source: RawEventSource) => JSON.parse((await source.next()).data ?? '') as Result
    const sources = [await follow({ [HEADER]: 'true' }, '/graphql/stream'), await follow({ [HEADER]: '1' }, '/graphql')]
    const plain = await follow({}, '/graphql/stream')
    await graph.streamsAre(2)
    graph.add('one')
    for (const source of sources) expect(await payload(source)).toMatchObject({ data: {}, extensions: cost(2, 2) })
    expect(await payload(plain)).not.toHaveProperty('extensions')
  })
})

import { codedError } from '@planet/runtime/errors'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NoteGraph, startNoteGraph } from '../../test/testing/note-graph.ts'
import { openReadySocket, type RawSocket } from '../../test/testing/raw-socket.ts'
import { ada, startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import type { SocketLimits } from './limits.ts'

const VIEWER_KEY = newProcessKey()
const NOTES = 'subscription N($after: Cursor) { noteAdded(after: $after) { text author { name } } }'
const PLAIN = 'subscription ($after: Cursor) { noteAdded(after: $after) { text cursor } }'
const TALLY = 'subscription { tallyChanged { count } }'
const STUCK = codedError('UNAVAILABLE', 'The database is away.')

let graph: NoteGraph
let test: TestGateway
const sockets: RawSocket[] = []

const start = async (
  limits: Partial<SocketLimits> = {},
  over: 'local' | 'http' = 'local',
  engine: 'compiled' | 'apollo' = 'compiled',
) => {
  graph = await startNoteGraph(over, VIEWER_KEY)
  const { supergraphSdl, transports } = graph
  test = await startTestGateway({ deps: { supergraphSdl, transports, engine, viewerKey: VIEWER_KEY, socketLimits: limits } })
}
const connect = async (payload: Readonly<Record<string, unknown>> = {}) => {
  const socket = await openReadySocket(test.url, payload)
  sockets.push(socket)
  return socket
}
const subscribe = (socket: RawSocket, query: string, variables: object = {}, id = '1') =>
  socket.send({ id, type: 'subscribe', payload: { query, variables } })
type Watch = { readonly variables?: object; readonly payload?: Readonly<Record<string, unknown>>; readonly streams?: number }
/** A subscription on a socket of its own, once so many streams are open at the owner. */
const watch = async (query: string, { variables = {}, payload = {}, streams = 1 }: Watch = {}) => {
  const socket = await connect(payload)
  subscribe(socket, query, variables)
  await socket.settle()
  await graph.streamsAre(streams)
  return socket
}
/** A subscription of which nothing is expected yet. */
const ask = async (query: string, variables: object) => {
  const socket = await connect()
  subscribe(socket, query, variables)
  return socket
}
type Payload = {
  readonly data?: Record<string, Record<string, unknown>>
  readonly errors?: readonly { extensions: Record<string, unknown> }[]
}
const payload = async (socket: RawSocket) => (await socket.next()).message.payload as Payload
const texts = async (socket: RawSocket, count: number) => {
  const found: unknown[] = []
  for (let taken = 0; taken < count; taken++) found.push((await payload(socket)).data?.noteAdded?.text)
  return found
}
const refusal = async (socket: RawSocket) => {
  const { errors } = await payload(socket)
  expect((await socket.next()).message.type).toBe('complete')
  return errors?.[0]?.extensions
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `note ${from + index}`)
const addAll = (from: number, to: number) => range(from, to).map((text) => graph.add(text))

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await test[Symbol.asyncDispose]()
  await graph[Symbol.asyncDispose]()
})

describe.each(['compiled', 'apollo'] as const)('equal subscriptions, with the engine %s,', (engine) => {
  beforeEach(() => start({}, 'local', engine))

  it('share one upstream and one execution, whatever their operation is called and however it is laid out', async () => {
    const watchers = await Promise.all(Array.from({ length: 20 }, () => watch(NOTES)))
    watchers.push(await watch('subscription Other { noteAdded(after: null) { text, author { name } } }'))
    expect(graph.streams()).toBe(1)
    graph.add('one')
    for (const socket of watchers) {
      expect((await socket.next()).text).toBe(
        '{"id":"1","type":"next","payload":{"data":{"noteAdded":{"text":"one","author":{"name":"Name of p1"}}}}}',
      )
    }
    expect(graph.asked()).toBe(1)
    expect(test.gateway.stats()).toMatchObject({ subscriptions: 21, groups: 1, frames: 1, sockets: 21 })
  })

  it('are run for each viewer where not all is public, and else for everybody', async () => {
    const authorization = `Bearer ${await test.token(['user'])}`
    await watch(NOTES)
    await watch(NOTES, { payload: { authorization } })
    expect(graph.streams()).toBe(1)
    const own = 'subscription { noteAdded { readBy author { seenBy } } }'
    const anonymous = await watch(own, { streams: 2 })
    const one = await watch(own, { payload: { authorization }, streams: 3 })
    const two = await watch(own, { payload: { authorization }, streams: 3 })
    expect(graph.streams()).toBe(3)
    graph.add('one')
    expect((await payload(anonymous)).data).toEqual({ noteAdded: { readBy: 'nobody', author: { seenBy: 'nobody' } } })
    for (const socket of [one, two]) {
      expect((await payload(socket)).data).toEqual({ noteAdded: { readBy: ada.userId, author: { seenBy: ada.userId } } })
    }
  })

  it('end their upstream with the last of them', async () => {
    const [one, two] = [await watch(PLAIN), await watch(PLAIN)]
    one.send({ id: '1', type: 'complete' })
    await one.settle()
    expect(graph.streams()).toBe(1)
    two.terminate()
    await graph.streamsAre(0)
    expect(test.gateway.stats().groups).toBe(0)
  })
})

describe('a LOG', () => {
  beforeEach(() => start())

  it('starts now, or after a cursor with everything since', async () => {
    const [first] = addAll(1, 200)
    const live = await watch(PLAIN)
    const replay = await watch(NOTES, { variables: { after: first }, streams: 2 })
    graph.add('note 201')
    expect(await texts(live, 1)).toEqual(['note 201'])
    expect(await texts(replay, 200)).toEqual(range(2, 201))
    expect(graph.asked()).toBeLessThan(200)
  })

  it('has its place in every event, also where the client selects none and the payload is a union', async () => {
    const socket = await watch('subscription { noteAdded { planet_cursor: text } }')
    const either = await watch('subscription { e: eitherAdded { ... on OtherAdded { other } ... on NoteAdded { text } } }', {
      streams: 2,
    })
    const cursors = addAll(1, 2)
    expect((await payload(socket)).data).toEqual({ noteAdded: { planet_cursor: 'note 1' } })
    expect((await payload(either)).data).toEqual({ e: { text: 'note 1' } })
    expect((await payload(either)).data).toEqual({ e: { other: 'note 2' } })
    graph.lose()
    await graph.streamsAre(2)
    expect(graph.opened()).toBe(4)
    await test.gateway.close()
    expect((await payload(either)).errors?.[0]?.extensions.cursor).toBe(cursors[1])
  })

  it('lets those that have read up follow together', async () => {
    const [first] = addAll(1, 10)
    const watchers = [await ask(PLAIN, { after: first }), await ask(PLAIN, { after: first })]
    for (const socket of watchers) expect(await texts(socket, 9)).toEqual(range(2, 10))
    graph.add('note 11')
    for (const socket of watchers) expect(await texts(socket, 1)).toEqual(['note 11'])
    await graph.streamsAre(1)
    graph.add('note 12')
    for (const socket of watchers) expect(await texts(socket, 1)).toEqual(['note 12'])
    expect(test.gateway.stats().groups).toBe(1)
  })

  it('lets those that have missed nothing follow together before anything happens', async () => {
    const last = addAll(1, 10).at(-1)
    const watchers = [await ask(PLAIN, { after: last }), await ask(PLAIN, { after: last })]
    await expect.poll(() => graph.opened()).toBe(3)
    await graph.streamsAre(1)
    graph.add('note 11')
    for (const socket of watchers) expect(await texts(socket, 1)).toEqual(['note 11'])
  })

  it('goes on without an upstream of its own from a cursor that the others have passed just now', async () => {
    const live = await watch(PLAIN)
    const [, second] = addAll(1, 5)
    expect(await texts(live, 5)).toEqual(range(1, 5))
    const back = await ask(PLAIN, { after: second })
    expect(await texts(back, 3)).toEqual(range(3, 5))
    expect(graph.opened()).toBe(1)
    graph.add('note 6')
    expect(await texts(back, 1)).toEqual(['note 6'])
  })

  it('is refused with a cursor that is no text, after which it silently started now', async () => {
    await start()
    for (const after of [{}, [], 5, true]) expect(await refusal(await ask(PLAIN, { after }))).toEqual({ code: 'CURSOR_INVALID' })
    for (const after of ['{ a: 1 }', '5', '[]', 'X']) {
      expect(await refusal(await ask(`subscription { noteAdded(after: ${after}) { text } }`, {}))).toEqual({
        code: 'CURSOR_INVALID',
      })
    }
    expect(graph.opened()).toBe(0)
  })

  it('passes on what is wrong with a cursor', async () => {
    const [first] = addAll(1, 5)
    graph.forget(3)
    expect(await refusal(await ask(PLAIN, { after: first }))).toMatchObject({
      code: 'CURSOR_EXPIRED',
      oldest: expect.any(String),
    })
    expect(await refusal(await ask(PLAIN, { after: 'nonsense' }))).toEqual({ code: 'CURSOR_INVALID' })
    await graph.streamsAre(0)
  })
})

describe('followers who come, go and come back with their cursor', () => {
  /** Reads until it has the note of that number; comes back when it is told to. */
  const follow = (first: string) => {
    const seen: string[] = []
    let after = first
    let socket: RawSocket | undefined
    let hasAll: PromiseWithResolvers<void> | undefined
    let until = Number.POSITIVE_INFINITY
    const read = async (from: RawSocket) => {
      for (;;) {
        const { data, errors } = await payload(from)
        if (errors) throw new Error(JSON.stringify(errors))
        // What arrives after it has left is not its own any more.
        if (from !== socket) return
        after = String(data?.noteAdded?.cursor)
        seen.push(String(data?.noteAdded?.text))
        if (seen.at(-1) === `note ${until}`) hasAll?.resolve()
      }
    }
    return {
      seen,
      async comeBack() {
        socket?.terminate()
        const opened = await ask(PLAIN, { after })
        socket = opened
        read(opened).catch((error: unknown) => {
          if (opened === socket) hasAll?.reject(error)
        })
      },
      async upTo(number: number) {
        until = number
        if (seen.at(-1) === `note ${number}`) return
        hasAll = Promise.withResolvers()
        await hasAll.promise
        hasAll = undefined
      },
    }
  }

  it.each([1, 2, 3])('see every event once and in order, whatever is lost meanwhile (%i)', async (seed) => {
    await start()
    let state = seed
    const chance = (most: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return Math.floor((state / 2 ** 31) * most)
    }
    const control = await connect()
    const first = graph.add('note 0')
    const followers = Array.from({ length: 12 }, () => follow(first))
    for (const follower of followers) await follower.comeBack()
    let count = 0
    for (let step = 0; step < 40; step++) {
      for (let more = chance(6); more > 0; more--) graph.add(`note ${++count}`)
      const event = chance(8)
      if (event === 0) graph.lose()
      if (event === 1) graph.refuseWith(STUCK)
      if (event > 4) graph.refuseWith(null)
      for (let back = chance(3); back > 0; back--) await followers[chance(followers.length)]?.comeBack()
      await control.settle()
    }
    graph.refuseWith(null)
    graph.add(`note ${++count}`)
    for (const follower of followers) {
      await follower.upTo(count)
      expect(follower.seen).toEqual(range(1, count))
    }
    // Sooner or later they follow together.
    await expect
      .poll(() => {
        graph.add(`note ${++count}`)
        return test.gateway.stats().groups
      })
      .toBe(1)
  })
})

describe('a STATE', () => {
  beforeEach(() => start())

  it('gives its present value at once, without asking for it again', async () => {
    graph.count(1)
    const one = await watch(TALLY)
    expect((await payload(one)).data).toEqual({ tallyChanged: { count: 1 } })
    graph.count(2)
    expect((await payload(one)).data).toEqual({ tallyChanged: { count: 2 } })
    const two = await watch(TALLY)
    expect((await payload(two)).data).toEqual({ tallyChanged: { count: 2 } })
    expect(graph.opened()).toBe(1)
  })
})

describe('an upstream that is lost', () => {
  it('is opened again from the last event, and no client notices', async () => {
    await start()
    const [log, state] = [await watch(PLAIN), await watch(TALLY, { streams: 2 })]
    expect((await payload(state)).data).toEqual({ tallyChanged: { count: 0 } })
    graph.count(7)
    addAll(1, 3)
    expect(await texts(log, 3)).toEqual(range(1, 3))
    expect((await payload(state)).data).toEqual({ tallyChanged: { count: 7 } })
    graph.refuseWith(STUCK)
    const refused = graph.refused()
    graph.lose()
    await refused
    addAll(4, 6)
    graph.refuseWith(null)
    expect(await texts(log, 3)).toEqual(range(4, 6))
    await graph.streamsAre(2)
    graph.count(8)
    expect((await payload(state)).data).toEqual({ tallyChanged: { count: 8 } })
    expect(test.gateway.stats().failovers).toBeGreaterThanOrEqual(2)
  })

  it('is opened again after a restart of its subgraph, over HTTP', async () => {
    await start({}, 'http')
    const log = await watch(PLAIN)
    addAll(1, 3)
    expect(await texts(log, 3)).toEqual(range(1, 3))
    await graph.restart(() => void addAll(4, 6))
    expect(await texts(log, 3)).toEqual(range(4, 6))
  })

  it('is opened again from where it began if there was no event yet, also more than once', async () => {
    await start()
    const [plain, joined] = [await watch(PLAIN), await watch(NOTES, { streams: 2 })]
    for (const from of [1, 4]) {
      graph.refuseWith(STUCK)
      const refused = graph.refused()
      graph.lose()
      await refused
      addAll(from, from + 2)
      graph.refuseWith(null)
      for (const log of [plain, joined]) expect(await texts(log, 3)).toEqual(range(from, from + 2))
    }
    await graph.streamsAre(2)
    graph.add('note 7')
    for (const log of [plain, joined]) expect(await texts(log, 1)).toEqual(['note 7'])
  })

  it('is opened again from where it began after a restart of its subgraph, over HTTP', async () => {
    await start({}, 'http')
    addAll(1, 2)
    const log = await watch(PLAIN)
    await graph.restart(() => void addAll(3, 5))
    expect(await texts(log, 3)).toEqual(range(3, 5))
    await graph.streamsAre(1)
    graph.add('note 6')
    expect(await texts(log, 1)).toEqual(['note 6'])
  })

  it('leaves a place to go on from also where there was no event', async () => {
    await start({ failoverMs: 100 })
    const [, cursor] = addAll(1, 2)
    const log = await watch(PLAIN)
    graph.refuseWith(STUCK)
    graph.lose()
    expect(await refusal(log)).toEqual({ code: 'UNAVAILABLE', cursor })

    graph.refuseWith(null)
    const drained = await watch(PLAIN)
    const closing = test.gateway.close()
    expect(await refusal(drained)).toMatchObject({ code: 'SUBSCRIPTION_DRAINING', cursor })
    await closing
  })

  it('ends its subscriptions with the place to go on from when it does not come back', async () => {
    await start({ failoverMs: 100 })
    const log = await watch(PLAIN)
    const [cursor] = addAll(1, 1)
    await texts(log, 1)
    graph.refuseWith(STUCK)
    graph.lose()
    expect(await refusal(log)).toEqual({ code: 'UNAVAILABLE', cursor })
    expect(test.gateway.stats()).toMatchObject({ subscriptions: 0, groups: 0 })
  })
})

describe('a client that does not read', () => {
  const FILLER = 'x'.repeat(50_000)

  it('is cut off from a LOG with the place to go on from, and costs the others nothing', async () => {
    await start({ bufferedBytes: 200_000 })
    const [slow, quick] = [await watch(PLAIN), await watch(PLAIN)]
    slow.pause()
    let count = 0
    while (test.gateway.stats().slowConsumers === 0) {
      graph.add(`${++count} ${FILLER}`)
      await quick.next()
    }
    expect(test.gateway.stats().subscriptions).toBe(1)
    slow.resume()
    const got: Payload[] = []
    for (let last: Payload = {}; !last.errors; got.push(last)) last = await payload(slow)
    const events = got.slice(0, -1)
    expect(events.map(({ data }) => Number.parseInt(String(data?.noteAdded?.text)))).toEqual(events.map((_, index) => index + 1))
    expect(events.length).toBeLessThan(count)
    expect(got.at(-1)?.errors?.[0]?.extensions).toEqual({ code: 'SLOW_CONSUMER', cursor: events.at(-1)?.data?.noteAdded?.cursor })
    expect((await slow.next()).message.type).toBe('complete')
  })

  it('gets fewer values of a STATE, and the latest', async () => {
    await start()
    const query = 'subscription { tallyChanged { count filler } }'
    const [slow, quick] = [await watch(query), await watch(query)]
    await quick.next()
    slow.pause()
    const sent = 300
    for (let count = 1; count <= sent; count++) {
      graph.count(count, FILLER)
      await quick.next()
    }
    slow.resume()
    const got: number[] = []
    while (got.at(-1) !== sent) got.push(Number((await payload(slow)).data?.tallyChanged?.count))
    expect(got).toEqual([...got].sort((one, other) => one - other))
    expect(got.length).toBeLessThan(sent)
  })

  it('is waited for while it reads up', async () => {
    await start({ bufferedBytes: 200_000 })
    const first = graph.add('0')
    for (let count = 1; count <= 300; count++) graph.add(`${count} ${FILLER}`)
    const socket = await connect()
    socket.pause()
    subscribe(socket, PLAIN, { after: first })
    await graph.streamsAre(1)
    socket.resume()
    for (let count = 1; count <= 300; count++) expect(Number.parseInt(String((await texts(socket, 1))[0]))).toBe(count)
  })

  it('and gives no sign of life is cut', async () => {
    await start({ heartbeatMs: 300 })
    const [dead, alive] = [await connect(), await connect()]
    dead.pause()
    await expect.poll(() => test.gateway.stats().sockets).toBe(1)
    await alive.settle()
  })
})

describe('a gateway that closes', () => {
  it('says where to go on and when, takes no new subscription, and closes with 1001', async () => {
    await start()
    const first = graph.add('note 1')
    const [log, replay, state] = [await watch(PLAIN), await ask(PLAIN, { after: first }), await ask(TALLY, {})]
    await state.next()
    // Where the first of them began is where the other goes on: they share a stream.
    await graph.streamsAre(2)
    const second = graph.add('note 2')
    expect(await texts(log, 1)).toEqual(['note 2'])
    expect(await texts(replay, 1)).toEqual(['note 2'])
    const waiting = await connect()
    const closing = test.gateway.close()
    for (const socket of [log, replay]) {
      expect(await refusal(socket)).toEqual({ code: 'SUBSCRIPTION_DRAINING', cursor: second, retryAfterMs: expect.any(Number) })
    }
    expect(await refusal(state)).toMatchObject({ code: 'SUBSCRIPTION_DRAINING' })
    for (const socket of [log, replay, state, waiting]) expect(await socket.closed).toEqual({ code: 1001, reason: 'Going away' })
    await closing
    await expect(connect()).rejects.toThrow()
    expect(graph.streams()).toBe(0)
  })
})

it('keeps a subscription on the schema that it was opened with when another one is loaded', async () => {
  await start()
  const old = await watch(PLAIN)
  const more = await connect()
  subscribe(more, '{ more }')
  expect((await more.next()).message).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  })
  await test.gateway.reload(graph.nextSupergraphSdl)
  subscribe(more, '{ more }')
  expect((await payload(more)).data).toEqual({ more: 'more' })
  expect((await more.next()).message.type).toBe('complete')
  const young = await watch(PLAIN, { streams: 2 })
  expect(graph.streams()).toBe(2)
  graph.add('note 1')
  for (const socket of [old, young]) expect(await texts(socket, 1)).toEqual(['note 1'])
  await expect(test.gateway.reload('type Query { nothing: Int }')).rejects.toThrow()
  graph.add('note 2')
  for (const socket of [old, young]) expect(await texts(socket, 1)).toEqual(['note 2'])
})

describe.each(['compiled', 'apollo'] as const)(
  'an error that the owner of a subscription reports, with the engine %s,',
  (engine) => {
    describe.each(['local', 'http'] as const)('over %s', (over) => {
      beforeEach(() => start({}, over, engine))

      it('has the place and the names of each client’s own text, not of the text that the owner was asked', async () => {
        graph.refuseWith(codedError('FORBIDDEN', 'Not for you.'))
        // `text` is a field's name too, so the planner gets another one.
        const asked = [
          ['subscription { noteAdded { text } }', 'noteAdded', { line: 1, column: 16 }],
          ['subscription {\n\n  text: noteAdded { seq }\n}', 'text', { line: 3, column: 3 }],
          ['fragment F on Subscription {\n noteAdded { seq } } subscription { ...F }', 'noteAdded', { line: 2, column: 2 }],
          ['query Q { noteCount } subscription S { ... { a: noteAdded { seq } } }', 'a', { line: 1, column: 46 }],
        ] as const
        for (const [query, name, place] of asked) {
          const socket = await connect()
          socket.send({
            id: '1',
            type: 'subscribe',
            payload: { query, ...(query.includes(' S ') ? { operationName: 'S' } : {}) },
          })
          const { errors } = await payload(socket)
          expect(errors).toEqual([
            {
              message: 'This is not for the viewer.',
              path: [name],
              extensions: { code: 'FORBIDDEN' },
              locations: [place],
            },
          ])
        }
      })
    })
  },
)

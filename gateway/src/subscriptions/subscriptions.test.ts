import type { AddressInfo } from 'node:net'
import { type Client, createClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { INTERNAL_DETAIL } from '../../test/testing/small-graph.ts'
import { ada, startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'

const JOINED = 'subscription { roomChanged(id: "1") { title host { name seenBy } } }'
const joined = (title: string, seenBy = 'nobody') => ({ data: { roomChanged: { title, host: { name: 'Name of p1', seenBy } } } })

describe.each(['local', 'http'] as const)('a subscription to a subgraph reached over %s', (over) => {
  let test: TestGateway
  const clients: Client[] = []
  const open = (connectionParams = {}) => {
    const client = test.sockets(connectionParams)
    clients.push(client)
    return client
  }

  beforeAll(async () => {
    test = await startTestGateway({ over })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose()
    await test.graph.streamsAre(0)
    test.graph.behave('answer')
    test.graph.renameRoom('1', 'Room 1')
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('joins the fields of another subgraph to every event', async () => {
    const events = open().iterate({ query: JOINED })
    expect((await events.next()).value).toEqual(joined('Room 1'))
    test.graph.renameRoom('1', 'Second')
    expect((await events.next()).value).toEqual(joined('Second'))
  })

  it('asks as the viewer of the socket’s token, whether it starts with Bearer or is refused', async () => {
    const authorization = `Bearer ${await test.token(['user'])}`
    expect((await open({ authorization }).iterate({ query: JOINED }).next()).value).toEqual(joined('Room 1', ada.userId))
  })

  it('closes the stream at the owning subgraph when the client unsubscribes, also with a read pending', async () => {
    const events = open().iterate({ query: JOINED })
    await events.next()
    await test.graph.streamsAre(1)
    void events.next()
    await events.return?.()
    await test.graph.streamsAre(0)
  })

  it('closes the stream when the client’s socket breaks', async () => {
    const client = open()
    const events = client.iterate({ query: JOINED })
    await events.next()
    await test.graph.streamsAre(1)
    const ended = Promise.resolve(events.next()).catch((reason: unknown) => reason)
    client.terminate()
    await ended
    await test.graph.streamsAre(0)
  })

  it('gives every subscriber the whole event, whatever the other ones select', async () => {
    const client = open()
    const one = client.iterate({ query: JOINED })
    const two = client.iterate({ query: 'subscription { r: roomChanged(id: "1") { t: title h: host { friend { name } } } }' })
    await Promise.all([one.next(), two.next()])
    test.graph.renameRoom('1', 'Shared')
    expect((await one.next()).value).toEqual(joined('Shared'))
    expect((await two.next()).value).toEqual({ data: { r: { t: 'Shared', h: { friend: { name: 'Friend' } } } } })
  })

  it('honours variables, conditions and fragments below the root', async () => {
    const query = `subscription S($id: ID!, $withHost: Boolean!) { ...F }
      fragment F on Subscription { roomChanged(id: $id) { title host @include(if: $withHost) { name } } }`
    const without = open().iterate({ query, variables: { id: '2', withHost: false } })
    expect((await without.next()).value).toEqual({ data: { roomChanged: { title: 'Room 2' } } })
  })

  it('costs the event a branch when the other subgraph fails, and goes on', async () => {
    const events = open().iterate({ query: JOINED })
    await events.next()
    test.graph.behave('fail')
    test.graph.renameRoom('1', 'Without host')
    const { value } = await events.next()
    expect(value).toMatchObject({
      data: { roomChanged: { title: 'Without host', host: null } },
      errors: [{ extensions: { code: 'INTERNAL' } }],
    })
    expect(JSON.stringify(value)).not.toContain(INTERNAL_DETAIL)
    test.graph.behave('answer')
    test.graph.renameRoom('1', 'With host')
    expect((await events.next()).value).toEqual(joined('With host'))
  })
})

describe('a socket', () => {
  let test: TestGateway
  beforeAll(async () => {
    test = await startTestGateway()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('answers queries and mutations too', async () => {
    const client = test.sockets()
    const once = async (query: string) => (await client.iterate({ query }).next()).value
    expect(await once('{ whoami }')).toEqual({ data: { whoami: 'nobody' } })
    expect(await once('mutation { renameRoom(id: "3", title: "T") { host { name } } }')).toEqual({
      data: { renameRoom: { host: { name: 'Name of p3' } } },
    })
    await client.dispose()
  })

  it('stays open when one operation does not parse, validate or plan', async () => {
    const client = test.sockets()
    const events = client.iterate({ query: JOINED })
    await events.next()
    const refusalOf = (query: string) =>
      Promise.resolve(client.iterate({ query }).next()).then(
        () => 'answered',
        (errors: unknown) => errors,
      )
    expect(await refusalOf('subscription {')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }])
    expect(await refusalOf('subscription { nothing }')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
    expect(await refusalOf('subscription { roomChanged(id: "1") @skip(if: true) { id } }')).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ])
    test.graph.renameRoom('1', 'Still here')
    expect((await events.next()).value).toEqual(joined('Still here'))
    await client.dispose()
  })

  const closeOf = (socket: WebSocket) =>
    new Promise<number>((resolve, reject) => {
      socket.once('close', resolve)
      socket.once('error', reject)
    })
  const connect = (options: WebSocket.ClientOptions = {}) =>
    new WebSocket(`${test.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options)

  it('is closed at an invalid token, and when the token expires', async () => {
    const initialised = (authorization: string) => {
      const socket = connect()
      socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })))
      return closeOf(socket)
    }
    expect(await initialised('Bearer nonsense')).toBe(4403)
    expect(await initialised(`Bearer ${await test.token([], 1)}`)).toBe(4403)
  })

  it('is closed when nothing introduces it, or a message is too large', async () => {
    expect(await closeOf(connect())).toBe(4408)
    const large = connect()
    large.once('open', () => large.send('x'.repeat(300_000)))
    expect(await closeOf(large)).toBe(1009)
  })

  it('is refused to pages of other origins', async () => {
    await expect(closeOf(connect({ origin: 'https://evil.example' }))).rejects.toThrow('403')
    const own = connect({ origin: test.url })
    await new Promise((resolve) => own.once('open', resolve))
    own.close()
    await closeOf(own)
  })

  it('is told to go when the gateway closes', async () => {
    const other = await startTestGateway()
    const address: Pick<AddressInfo, 'port'> = { port: Number(new URL(other.url).port) }
    const client = createClient({ url: `ws://127.0.0.1:${address.port}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
    const closed = new Promise((resolve) => client.on('closed', resolve))
    const events = client.iterate({ query: JOINED })
    await events.next()
    await other.gateway.close()
    expect((await events.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'SUBSCRIPTION_DRAINING', retryAfterMs: expect.any(Number) } }],
    })
    expect(await closed).toMatchObject({ code: 1001 })
    await other[Symbol.asyncDispose]()
  })
})

it('ends with a coded error when the owning subgraph goes away', async () => {
  await using test = await startTestGateway({ over: 'http' })
  const client = test.sockets()
  const events = client.iterate({ query: JOINED })
  await events.next()
  await test.graph.stopServing()
  expect((await events.next()).value).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
  expect((await events.next()).done).toBe(true)
  await client.dispose()
})

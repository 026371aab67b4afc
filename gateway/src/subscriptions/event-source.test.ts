import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type NewsGateway, startNewsGateway } from '../../test/testing/news-gateway.ts'
import { openRawEventSource, type RawEventSource, type SseEvent } from '../../test/testing/raw-event-source.ts'
import { openReadySocket } from '../../test/testing/raw-socket.ts'
import { ada } from '../../test/testing/test-gateway.ts'

const FOLLOW = 'subscription { storyPublished { seq title } }'
const FROM_START = 'subscription { storyPublished(after: "0") { seq title } }'
const TEMPO = 'subscription { tempoChanged { seq } }'

const payloadOf = ({ data }: SseEvent): unknown => JSON.parse(data ?? 'null')
const story = (seq: number, title: string): SseEvent => ({
  event: 'next',
  id: String(seq),
  retry: undefined,
  data: JSON.stringify({ data: { storyPublished: { seq, title } } }),
})
const COMPLETE: SseEvent = { event: 'complete', id: undefined, retry: undefined, data: '' }

describe('a stream of server-sent events', () => {
  let test: NewsGateway
  const sources: RawEventSource[] = []
  const open = async (options: Parameters<typeof openRawEventSource>[1]) => {
    const source = await openRawEventSource(test.url, options)
    sources.push(source)
    return source
  }
  const follow = (query: string, headers: Readonly<Record<string, string>> = {}, more: object = {}) =>
    open({ body: { query, ...more }, headers })

  beforeAll(async () => {
    test = await startNewsGateway({ allowedOrigins: ['https://app.example'] })
    test.graph.publish('First')
    test.graph.publish('Second')
  })
  afterEach(async () => {
    for (const source of sources.splice(0)) source[Symbol.dispose]()
    await test.graph.streamsAre(0)
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it.each([
    ['POST', '/graphql/stream', 'text/event-stream'],
    ['POST', '/graphql/stream', '*/*'],
    ['POST', '/graphql', 'text/event-stream'],
    ['POST', '/graphql', 'application/graphql-response+json, application/json, text/event-stream'],
    ['GET', '/graphql/stream', 'text/event-stream'],
    ['GET', '/graphql', 'text/event-stream'],
  ])('is what a subscription by %s to %s gets that accepts %s', async (method, path, accept) => {
    const source =
      method === 'POST'
        ? await open({ path, headers: { accept }, body: { query: FROM_START } })
        : await open({ method, path: `${path}?query=${encodeURIComponent(FROM_START)}`, headers: { accept } })
    expect(source.status).toBe(200)
    expect(source.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(source.headers['cache-control']).toContain('no-store')
    expect(await source.next()).toEqual(story(1, 'First'))
    expect(await source.next()).toEqual(story(2, 'Second'))
  })

  it('joins the fields of another subgraph, takes variables, and gives each event once', async () => {
    const source = await follow(
      'subscription ($after: String) { storyPublished(after: $after) { seq author { name } } }',
      {},
      {
        variables: { after: '0' },
      },
    )
    expect(payloadOf(await source.next())).toEqual({ data: { storyPublished: { seq: 1, author: { name: 'Author a1' } } } })
    expect(payloadOf(await source.next())).toEqual({ data: { storyPublished: { seq: 2, author: { name: 'Author a2' } } } })
  })

  it.each([
    ['has no `after`', FOLLOW, {}],
    ['says another `after`', FROM_START, {}],
    [
      'says another `after` by a variable',
      'subscription ($from: String) { storyPublished(after: $from) { seq title } }',
      { variables: { from: '0' } },
    ],
  ])('goes on after Last-Event-ID when the operation %s', async (_, query, more) => {
    const source = await follow(query, { 'last-event-id': '1' }, more)
    expect(await source.next()).toEqual(story(2, 'Second'))
  })

  it('goes on with exactly the next event, however often it is cut', async () => {
    const seen: SseEvent[] = []
    const first = test.graph.publish('cut 0')
    let id = String(first - 1)
    for (let i = 1; i <= 5; i++) {
      const source = await follow(FOLLOW, { 'last-event-id': id })
      const event = await source.next()
      seen.push(event)
      id = event.id ?? ''
      source[Symbol.dispose]()
      test.graph.publish(`cut ${i}`)
    }
    expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => story(first + i, `cut ${i}`)))
  })

  it.each([
    ['is none', 'nonsense', 'CURSOR_INVALID'],
    ['is in the future', '9999', 'CURSOR_FUTURE'],
  ])('ends with a coded error when Last-Event-ID %s', async (_, id, code) => {
    const source = await follow(FOLLOW, { 'last-event-id': id })
    expect(source.status).toBe(200)
    expect(payloadOf(await source.next())).toMatchObject({ errors: [{ extensions: { code } }] })
    expect(await source.next()).toEqual(COMPLETE)
    await source.ended
  })

  it('gives the present value of a state, without an id, whatever Last-Event-ID says', async () => {
    test.graph.setTempo(7)
    const source = await follow(TEMPO, { 'last-event-id': '1' })
    expect(await source.next()).toEqual({
      event: 'next',
      id: undefined,
      retry: undefined,
      data: '{"data":{"tempoChanged":{"seq":7}}}',
    })
  })

  it('answers a query or a mutation by one next, then complete', async () => {
    const asked = await follow('{ storyCount }')
    expect(payloadOf(await asked.next())).toMatchObject({ data: { storyCount: expect.any(Number) } })
    expect(await asked.next()).toEqual(COMPLETE)
    await asked.ended
    const written = await follow('mutation { publish(title: "By SSE") }')
    expect(payloadOf(await written.next())).toMatchObject({ data: { publish: expect.any(Number) } })
    expect(await written.next()).toEqual(COMPLETE)
    await written.ended
  })

  it('refuses a mutation by GET', async () => {
    const source = await open({
      method: 'GET',
      path: `/graphql/stream?query=${encodeURIComponent('mutation { publish(title: "x") }')}`,
    })
    expect([source.status, source.headers.allow]).toEqual([405, 'POST'])
  })

  it.each([
    ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['is not valid', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['skips its root', 'subscription { storyPublished @skip(if: true) { seq } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('tells what %s by next and complete, because a page cannot read another status', async (_, query, code) => {
    const source = await follow(query)
    expect([source.status, source.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(payloadOf(await source.next())).toMatchObject({ errors: [{ extensions: { code } }] })
    expect(await source.next()).toEqual(COMPLETE)
    await source.ended
  })

  it.each([
    ['is no GraphQL request', { body: {} }, 400],
    ['is a batch', { body: [{ query: FOLLOW }] }, 400],
    ['has no JSON', { headers: { 'content-type': 'text/plain' }, body: { query: FOLLOW } }, 415],
    ['is a HEAD', { method: 'HEAD', path: '/graphql/stream?query=x' }, 405],
    ['is a DELETE', { method: 'DELETE' }, 405],
    ['is sent with a token that is none', { body: { query: FOLLOW }, headers: { authorization: 'Bearer nonsense' } }, 401],
  ])('is not what a request gets that %s', async (_, options, status) => {
    const source = await open(options)
    expect(source.status).toBe(status)
    expect(source.headers['content-type']).not.toContain('text/event-stream')
  })

  it('is not what a query gets that takes JSON too, and a subscription that takes only JSON is refused', async () => {
    const accept = 'application/json, text/event-stream'
    const query = await open({ path: '/graphql', headers: { accept }, body: { query: '{ storyCount }' } })
    expect(query.headers['content-type']).toContain('application/json')
    const refused = await open({ path: '/graphql', headers: { accept: 'application/json' }, body: { query: FOLLOW } })
    expect(JSON.parse(await refused.ended)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  })

  it('shares one upstream with equal subscriptions over sockets and other streams', async () => {
    using socket = await openReadySocket(test.url)
    socket.send({ id: 'a', type: 'subscribe', payload: { query: TEMPO } })
    await socket.next()
    const [one, two] = [await follow(TEMPO), await follow('subscription Named { tempoChanged { seq } }')]
    const first = [await one.next(), await two.next()]
    expect(first.map(payloadOf)).toEqual([first[0], first[0]].map((event) => payloadOf(event ?? COMPLETE)))
    const { subscriptions, groups, eventSources } = test.gateway.stats()
    expect({ subscriptions, groups, eventSources }).toEqual({ subscriptions: 3, groups: 1, eventSources: 2 })
  })

  it('closes its upstream when the client goes', async () => {
    const source = await follow(FOLLOW)
    await test.graph.streamsAre(1)
    source[Symbol.dispose]()
    await test.graph.streamsAre(0)
  })

  it('may be read by pages of allowed origins only', async () => {
    const allowed = await follow(FROM_START, { origin: 'https://app.example' })
    expect(allowed.headers['access-control-allow-origin']).toBe('https://app.example')
    const foreign = await follow(FROM_START, { origin: 'https://evil.example' })
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
    const preflight = await open({ method: 'OPTIONS', headers: { origin: 'https://app.example' } })
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      expect.stringContaining('last-event-id'),
    ])
  })
})

describe('a stream with limits', () => {
  it('shows by comments that it lives', async () => {
    await using test = await startNewsGateway({ socketLimits: { heartbeatMs: 10 } })
    using source = await openRawEventSource(test.url, { body: { query: FOLLOW } })
    await source.holds(':\n\n:\n\n')
    await test.graph.streamsAre(1)
    test.graph.publish('Between beats')
    expect(await source.next()).toEqual(story(1, 'Between beats'))
  })

  it('ends with UNAUTHENTICATED when its token expires, and when it is revoked', async () => {
    await using test = await startNewsGateway()
    const endOf = async (source: RawEventSource) => {
      expect(payloadOf(await source.next())).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
      expect(await source.next()).toEqual(COMPLETE)
      await source.ended
    }
    const open = async (lifetimeS?: number) =>
      openRawEventSource(test.url, { body: { query: FOLLOW }, headers: { authorization: await test.authorization(lifetimeS) } })
    await endOf(await open(1))
    const source = await open()
    await test.graph.streamsAre(1)
    test.gateway.revoke({ userId: ada.userId })
    await endOf(source)
    await test.graph.streamsAre(0)
  })

  it('is told where to go on, and when, when the gateway goes away', async () => {
    await using test = await startNewsGateway()
    const source = await openRawEventSource(test.url, { body: { query: FROM_START } })
    test.graph.publish('Last')
    expect(await source.next()).toEqual(story(1, 'Last'))
    const closing = test.gateway.close()
    const event = await source.next()
    const { retryAfterMs } = errorOf(event)
    expect(errorOf(event)).toMatchObject({ code: 'SUBSCRIPTION_DRAINING', cursor: '1', retryAfterMs: expect.any(Number) })
    expect(event).toMatchObject({ event: 'next', id: undefined, retry: String(retryAfterMs) })
    expect(await source.next()).toEqual(COMPLETE)
    await source.ended
    await closing
  })

  it('is refused with 429 beyond as many as one may have', async () => {
    await using test = await startNewsGateway({ socketLimits: { socketsPerUser: 1, socketsPerAddress: 2 } })
    const headers = { authorization: await test.authorization() }
    const body = { query: FOLLOW }
    using mine = await openRawEventSource(test.url, { body, headers })
    const another = await openRawEventSource(test.url, { body, headers })
    expect([mine.status, another.status]).toEqual([200, 429])
    expect(JSON.parse(await another.ended)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
    using one = await openRawEventSource(test.url, { body })
    using two = await openRawEventSource(test.url, { body })
    const three = await openRawEventSource(test.url, { body })
    expect([one.status, two.status, three.status]).toEqual([200, 200, 429])
  })

  const BIG = 'x'.repeat(100_000)
  const EVENTS = 250

  it('ends with SLOW_CONSUMER and the place to go on when its client does not read, and others lose nothing', async () => {
    await using test = await startNewsGateway({ socketLimits: { bufferedBytes: 64 * 1024 } })
    using slow = await openRawEventSource(test.url, { body: { query: FOLLOW } })
    using quick = await openRawEventSource(test.url, { body: { query: FOLLOW } })
    await test.graph.streamsAre(1)
    slow.pause()
    for (let seq = 1; seq <= EVENTS; seq++) {
      test.graph.publish(`${seq} ${BIG}`)
      expect((await quick.next()).id).toBe(String(seq))
    }
    expect(test.gateway.stats().slowConsumers).toBe(1)
    slow.resume()
    let delivered = 0
    let event = await slow.next()
    for (; event.id !== undefined; event = await slow.next()) {
      delivered += 1
      expect(event.id).toBe(String(delivered))
    }
    expect(errorOf(event)).toMatchObject({ code: 'SLOW_CONSUMER', cursor: String(delivered) })
    expect(await slow.next()).toEqual(COMPLETE)
    expect(delivered).toBeLessThan(EVENTS)
  })

  it('gives fewer values of a state to a client that does not read, the last one always, and never an older one', async () => {
    await using test = await startNewsGateway()
    const query = 'subscription { tempoChanged { seq pad } }'
    using slow = await openRawEventSource(test.url, { body: { query } })
    using quick = await openRawEventSource(test.url, { body: { query } })
    expect([seqOf(await slow.next()), seqOf(await quick.next())]).toEqual([0, 0])
    slow.pause()
    for (let seq = 1; seq <= EVENTS; seq++) {
      test.graph.setTempo(seq, BIG)
      expect(seqOf(await quick.next())).toBe(seq)
    }
    slow.resume()
    const seen = [0]
    while (seen.at(-1) !== EVENTS) seen.push(seqOf(await slow.next()))
    expect(seen).toEqual([...new Set(seen)].sort((one, other) => one - other))
    expect(seen.length).toBeLessThan(EVENTS)
  })
})

function errorOf(event: SseEvent): Readonly<Record<string, unknown>> {
  // What `next` carries is an execution result.
  const { errors } = payloadOf(event) as { readonly errors?: readonly { readonly extensions: Record<string, unknown> }[] }
  return errors?.[0]?.extensions ?? {}
}

function seqOf(event: SseEvent): number {
  const { data } = payloadOf(event) as { readonly data: { readonly tempoChanged: { readonly seq: number } } }
  return data.tempoChanged.seq
}

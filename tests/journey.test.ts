import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FLAGSHIP } from './support/flagship.ts'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'

let test: TestPlatform
const flagship = (person: string | null) => test.query(person, FLAGSHIP, { id: test.state.featured.postId })

beforeAll(async () => {
  test = await startTestPlatform(25)
}, 120_000)
afterAll(() => test[Symbol.asyncDispose]())

describe('the flagship query', () => {
  it('shows a post, its author, its settled signal and every trade it led to, in one request', async () => {
    const { data, errors } = await flagship('nora')
    expect(errors).toBeUndefined()
    const { post } = data
    expect(post).toMatchObject({
      kind: 'SIGNAL',
      author: { handle: 'otto', displayName: 'Otto Breakout' },
      circle: { name: 'Breakout Room' },
    })
    expect(post.signal.outcome).toMatchObject({ state: 'SETTLED', reason: expect.any(String), resolution: 'DAY_1', fundingR: 0 })
    const { rGross, feeR, rNet } = post.signal.outcome
    expect(rNet).toBeCloseTo(rGross - feeR, 12)
    expect(post.signal.outcome.fills[0]).toMatchObject({ kind: 'ENTRY', fraction: '1' })
    const { totalCount, edges } = post.linkedTrades
    expect(edges).toHaveLength(Math.min(10, totalCount))
    for (const { node, eligible, reason } of edges) {
      expect(node.instrument.symbol).toBe(post.signal.instrument.symbol)
      expect(reason === null).toBe(eligible)
      expect(new Date(node.executedAt).getTime()).toBeGreaterThan(new Date(post.publishedAt).getTime())
    }
    expect(post.liveSessions.edges[0].node.consensus.probabilityUp).toEqual(expect.any(Number))
  })

  it('asks seven subgraphs at most, at least five', async () => {
    const plan = await test.platform.gateway.explain({ query: FLAGSHIP, variables: { id: test.state.featured.postId } })
    const asked = new Set([...plan.matchAll(/service: "(\w+)"/g)].map(([, name]) => name))
    expect([...asked].sort()).toEqual(['circles', 'creators', 'incentives', 'live', 'posts', 'trading'])
  })

  it('sends at most one statement per subgraph and level of the plan', async () => {
    await flagship('nora')
    const plan = await test.platform.gateway.explain({ query: FLAGSHIP, variables: { id: test.state.featured.postId } })
    const fetches = (name: string) => [...plan.matchAll(new RegExp(`service: "${name}"`, 'g'))].length
    // Workers look for work now and then; the smallest of some counts is the request's own.
    const counts: Record<string, number>[] = []
    for (let i = 0; i < 5; i++) counts.push(await test.countStatements(() => flagship('nora')))
    for (const name of ['circles', 'creators', 'incentives', 'live', 'posts', 'trading']) {
      const statements = Math.min(...counts.map((count) => count[`planet_${name}`] ?? 0))
      expect(`${name}: ${statements > fetches(name) ? 'more than' : 'at most'} one statement a fetch`).toBe(
        `${name}: at most one statement a fetch`,
      )
    }
  })

  it('shares each eligible trade out over all its posts, to exactly one', async () => {
    const { data } = await flagship('nora')
    const credits = ['creditLastTouch', 'creditTimeDecay', 'creditShapley'] as const
    const eligible = data.post.linkedTrades.edges.filter((edge: { eligible: boolean }) => edge.eligible)
    expect(eligible.length).toBeGreaterThan(0)
    for (const { node } of eligible) {
      const answer = await test.query(
        'nora',
        `query ($id: ID!) { trade(id: $id) { sourcePosts(first: 100) { edges { ${credits.join(' ')} node { id } } } } }`,
        { id: node.id },
      )
      const { edges } = answer.data.trade.sourcePosts
      for (const credit of credits) {
        const units = edges.reduce((sum: bigint, edge: Record<string, string>) => sum + toUnits(edge[credit] ?? ''), 0n)
        expect(units).toBe(10n ** 12n)
      }
    }
  })

  it('shows the public rounded figures and no rows, and a reader only their own', async () => {
    const everybody = (await flagship('nora')).data.post.linkedTrades
    const anonymous = (await flagship(null)).data.post.linkedTrades
    expect(anonymous).toMatchObject({ edges: [], feesPaid: [{ currency: everybody.feesPaid[0].currency }] })
    expect(anonymous.totalCount).toBeGreaterThan(0)
    expect(anonymous.totalCount % 5).toBe(0)
    expect(anonymous.totalCount).toBeLessThanOrEqual(everybody.totalCount)
    const mine = (await flagship('ada')).data.post.linkedTrades
    expect(mine.edges.length).toBeLessThan(everybody.totalCount)
    expect(mine.edges.every((edge: { node: unknown }) => edge.node !== null)).toBe(true)
  })

  it('is null for a malformed id', async () => {
    expect(await test.query(null, FLAGSHIP, { id: 'nonsense' })).toEqual({ data: { post: null } })
  })
})

const toUnits = (credit: string): bigint => {
  const [whole = '', fraction = ''] = credit.split('.')
  return BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, '0'))
}

describe('from reading to trading', () => {
  it("takes three mutations, and the trade appears among the post's linked trades", async () => {
    const { postId } = test.state.featured
    const feed = await test.query(
      'ada',
      '{ publicFeed(first: 50, filter: { kinds: [SIGNAL] }) { edges { node { id signal { instrument { id symbol } } } } } }',
    )
    const post =
      feed.data.publicFeed.edges
        .map((edge: { node: Record<string, unknown> }) => edge.node)
        .find((node: { id: string }) => node.id === postId) ?? feed.data.publicFeed.edges[0].node
    const key = 'journey'
    const touch = await test.query(
      'ada',
      `mutation ($id: ID!) { recordTouch(input: { idempotencyKey: "${key}", postId: $id, kind: CLICK, surface: FEED }) { __typename } }`,
      { id: post.id },
    )
    expect(touch.data.recordTouch.__typename).toBe('RecordTouchSuccess')
    await test.advance(1_000)
    const ticket = await test.query(
      'ada',
      `mutation ($id: ID!) { createOrderTicket(input: { idempotencyKey: "${key}", postId: $id }) { __typename ... on CreateOrderTicketSuccess { ticket { attributionToken side instrument { id } } } } }`,
      { id: post.id },
    )
    await test.advance(1_000)
    const { attributionToken, instrument } = ticket.data.createOrderTicket.ticket
    const order = await test.query(
      'ada',
      `mutation ($token: String!, $id: ID!) { placeOrder(input: { idempotencyKey: "${key}", attributionToken: $token, instrumentId: $id, side: BUY, quantity: "1" }) { __typename ... on PlaceOrderSuccess { order { id status trade { id } } } } }`,
      { token: attributionToken, id: instrument.id },
    )
    expect(order.data.placeOrder.order).toMatchObject({ status: 'OPEN', trade: null })

    await test.advance(5 * 86_400_000)
    const filled = await test.query('ada', 'query ($id: ID!) { order(id: $id) { status trade { id price executedAt } } }', {
      id: order.data.placeOrder.order.id,
    })
    expect(filled.data.order).toMatchObject({ status: 'FILLED', trade: { price: expect.any(String) } })
    const linked = await test.query(
      'ada',
      'query ($id: ID!) { post(id: $id) { linkedTrades(first: 100) { edges { rule eligible node { id } } } } }',
      { id: post.id },
    )
    expect(linked.data.post.linkedTrades.edges).toContainEqual({
      rule: 'TICKET',
      eligible: true,
      node: { id: filled.data.order.trade.id },
    })
  })

  it('never shows one reader the order or the trade of another', async () => {
    const { data } = await test.query('ada', '{ myOrders(first: 1) { edges { node { id trade { id } } } } }')
    const { id, trade } = data.myOrders.edges[0].node
    const other = await test.query(
      'ben',
      'query ($order: ID!, $trade: ID!) { order(id: $order) { id } trade(id: $trade) { id } }',
      { order: id, trade: trade.id },
    )
    expect(other.data).toEqual({ order: null, trade: null })
  })
})

describe('a post about BTC that is edited to be about AAPL', () => {
  it('gives tickets on what it names now, and its trades are those of the text that each reader met', async () => {
    const { data } = await test.query(null, '{ instruments(first: 100) { edges { node { id baseAsset } } } }')
    const idOf = (asset: string): string =>
      data.instruments.edges.find(({ node }: { node: { baseAsset: string } }) => node.baseAsset === asset).node.id
    const [btc, aapl] = [idOf('BTC'), idOf('AAPL')]
    const text = { title: 'A view', body: '$BTC goes up.' }
    const { post } = await test.mutate('otto', 'publishPost', '... on PublishPostSuccess { post { id } }', {
      kind: 'INSIGHT',
      ...text,
    })
    const ticketOn = (person: string, instrumentId: string) =>
      test.mutate(
        person,
        'createOrderTicket',
        '... on CreateOrderTicketSuccess { ticket { attributionToken } } ... on InvalidInput { faults { message } }',
        { postId: post.id, instrumentId },
      )
    const buy = async (person: string, instrumentId: string, attributionToken: string | null = null): Promise<string> => {
      const input = { instrumentId, side: 'BUY', quantity: '1', attributionToken }
      return (await test.mutate(person, 'placeOrder', '... on PlaceOrderSuccess { order { id } }', input)).order.id
    }
    const notAboutIt = { faults: [{ message: 'The post is not about this instrument.' }] }

    await test.advance(60_000)
    expect(await ticketOn('ada', aapl)).toMatchObject(notAboutIt)
    const before = await ticketOn('ada', btc)
    await test.advance(60_000)
    const selection = '... on EditPostSuccess { post { version cashtags { symbol } } }'
    const edited = await test.mutate('otto', 'editPost', selection, { ...text, postId: post.id, body: '$AAPL goes up.' })
    expect(edited.post).toEqual({ version: 2, cashtags: [{ symbol: 'AAPL' }] })
    await test.advance(60_000)
    expect(await ticketOn('ben', btc)).toMatchObject(notAboutIt)
    const after = await ticketOn('ben', aapl)
    await test.advance(60_000)

    // Each buys what the ticket is for, and what the post named only when the other met it.
    const orders = [
      ['ada', await buy('ada', btc, before.ticket.attributionToken), btc],
      ['ben', await buy('ben', aapl, after.ticket.attributionToken), aapl],
    ] as const
    const strangers = [['ada', await buy('ada', aapl)] as const, ['ben', await buy('ben', btc)] as const]
    await test.advance(5 * 86_400_000)

    const tradeOf = async (person: string, id: string) =>
      (
        await test.query(
          person,
          'query ($id: ID!) { order(id: $id) { trade { id sourcePosts(first: 100) { edges { rule node { id } } } } } }',
          { id },
        )
      ).data.order.trade
    for (const [person, orderId, instrumentId] of orders) {
      const trade = await tradeOf(person, orderId)
      expect(trade.sourcePosts.edges).toContainEqual({ rule: 'TICKET', node: { id: post.id } })
      const linked = await test.query(
        person,
        'query ($id: ID!) { post(id: $id) { linkedTrades { edges { rule node { id instrument { id } } } } } }',
        { id: post.id },
      )
      expect(linked.data.post.linkedTrades.edges).toEqual([
        { rule: 'TICKET', node: { id: trade.id, instrument: { id: instrumentId } } },
      ])
    }
    for (const [person, orderId] of strangers) {
      const { sourcePosts } = await tradeOf(person, orderId)
      expect(sourcePosts.edges.map(({ node }: { node: { id: string } }) => node.id)).not.toContain(post.id)
    }
  })
})

describe('the live consensus over graphql-ws', () => {
  it('comes at once, moves with each vote, and carries fields of another subgraph', async () => {
    const { data } = await test.query('otto', '{ instruments(first: 1) { edges { node { id } } } }')
    const scheduled = await test.query(
      'otto',
      'mutation ($id: ID!, $at: DateTime!) { scheduleLive(input: { idempotencyKey: "journey", title: "Up or down?", instrumentId: $id, scheduledFor: $at }) { __typename ... on ScheduleLiveSuccess { session { id } } } }',
      { id: data.instruments.edges[0].node.id, at: test.clock.now().toISOString() },
    )
    const sessionId = scheduled.data.scheduleLive.session.id
    await test.query(
      'otto',
      'mutation ($id: ID!) { startLive(input: { idempotencyKey: "journey", sessionId: $id }) { __typename } }',
      { id: sessionId },
    )
    await test.advance(60_000)

    const client = createClient({
      url: `${test.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await test.tokenOf('ada')}` },
    })
    const results = client.iterate<
      Record<string, { seq: number; probabilityUp: number | null; session: { title: string; host: { handle: string } } }>
    >({
      query:
        'subscription ($id: ID!) { consensusUpdated(sessionId: $id) { seq probabilityUp session { title host { handle } } } }',
      variables: { id: sessionId },
    })
    const next = async () => (await results.next()).value?.data?.consensusUpdated
    expect(await next()).toEqual({ seq: 1, probabilityUp: null, session: { title: 'Up or down?', host: { handle: 'otto' } } })
    for (const [i, person] of ['ada', 'ben', 'cleo', 'dev'].entries()) {
      await test.query(
        person,
        'mutation ($id: ID!) { castVote(input: { idempotencyKey: "journey", sessionId: $id, probabilityUp: 0.7 }) { __typename } }',
        { id: sessionId },
      )
      let update = await next()
      while (update && update.seq <= i + 1) update = await next()
      expect(update?.seq).toBe(i + 2)
      expect(update?.session.host.handle).toBe('otto')
      if (i >= 2) expect(update?.probabilityUp).toBeGreaterThan(0.7)
    }
    await results.return?.()
    await client.dispose()
  })
})

describe('a live room over graphql-ws', () => {
  it('delivers the chat with its authors, takes back what was removed, and goes on from a cursor', async () => {
    const { data } = await test.query('otto', '{ instruments(first: 1) { edges { node { id } } } }')
    const scheduled = await test.query(
      'otto',
      'mutation ($id: ID!, $at: DateTime!) { scheduleLive(input: { idempotencyKey: "room", title: "Room", instrumentId: $id, scheduledFor: $at }) { ... on ScheduleLiveSuccess { session { id } } } }',
      { id: data.instruments.edges[0].node.id, at: test.clock.now().toISOString() },
    )
    const sessionId: string = scheduled.data.scheduleLive.session.id
    const start = 'mutation ($id: ID!) { startLive(input: { idempotencyKey: "room", sessionId: $id }) { __typename } }'
    await test.query('otto', start, { id: sessionId })
    const send = async (person: string, text: string): Promise<string> => {
      const result = await test.query(
        person,
        'mutation ($input: SendBulletInput!) { sendBullet(input: $input) { ... on SendBulletSuccess { bullet { id } } } }',
        { input: { idempotencyKey: text, sessionId, text } },
      )
      return result.data.sendBullet.bullet.id
    }

    type Change = { seq: number; cursor: string; kind: string; bullet: { text: string | null; author: { handle: string } } }
    const url = `${test.url.replace('http', 'ws')}/graphql`
    // The same operation for a user and for an anonymous viewer.
    const connectionParams = { authorization: `Bearer ${await test.tokenOf('ada')}` }
    const clients = [
      createClient({ url, webSocketImpl: WebSocket, connectionParams }),
      createClient({ url, webSocketImpl: WebSocket }),
    ]
    const follow = (client: (typeof clients)[number], after: string | null) => {
      const results = client.iterate<{ bulletChat: Change }>({
        query:
          'subscription ($id: ID!, $after: Cursor) { bulletChat(sessionId: $id, after: $after) { seq cursor kind bullet { text author { handle } } } }',
        variables: { id: sessionId, after },
      })
      return {
        next: async () => {
          const { value } = await results.next()
          expect(value?.errors).toBeUndefined()
          return value?.data?.bulletChat
        },
        return: () => results.return?.(),
      }
    }
    const before = await test.platform.events.settled()
    await send('ben', 'first')
    const [client, anonymous] = clients
    if (!client || !anonymous) throw new Error('no client')
    const stage = client.iterate<{ stageChanged: { seq: number; maxSeats: number } }>({
      query: 'subscription ($id: ID!) { stageChanged(sessionId: $id) { seq maxSeats } }',
      variables: { id: sessionId },
    })
    expect((await stage.next()).value?.data?.stageChanged).toEqual({ seq: 0, maxSeats: 8 })
    await stage.return?.()

    const [mine, theirs] = [follow(client, before), follow(anonymous, before)]
    const rude = await send('cleo', 'rude')
    const remove = 'mutation ($input: RemoveBulletInput!) { removeBullet(input: $input) { __typename } }'
    for (const updates of [mine, theirs]) {
      expect(await updates.next()).toMatchObject({ seq: 1, kind: 'SENT', bullet: { text: 'first', author: { handle: 'ben' } } })
      expect(await updates.next()).toMatchObject({ seq: 2, kind: 'SENT', bullet: { text: 'rude', author: { handle: 'cleo' } } })
    }
    await test.query('otto', remove, { input: { idempotencyKey: 'rude', bulletId: rude } })
    const removed = await mine.next()
    expect(removed).toMatchObject({ seq: 3, kind: 'REMOVED', bullet: { text: null } })
    expect(await theirs.next()).toEqual(removed)
    await mine.return()

    await send('ben', 'later')
    const again = follow(client, removed?.cursor ?? null)
    expect(await again.next()).toMatchObject({ seq: 4, bullet: { text: 'later' } })
    await Promise.all([again.return(), theirs.return()])
    for (const each of clients) await each.dispose()
  })
})

describe('who asks', () => {
  it('is refused with a token that is not valid, and never served as anonymous', async () => {
    const response = await fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer nonsense' },
      body: '{"query":"{ viewer { roles } }"}',
    })
    expect(response.status).toBe(401)
    expect(((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    )
  })

  it('cannot call a subgraph without a viewer that the gateway signed', async () => {
    for (const subgraph of test.platform.subgraphs) {
      const { errors } = await subgraph.execute({
        query: '{ __typename }',
        viewerToken: undefined,
        requestId: 'r',
        signal: new AbortController().signal,
      })
      expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    }
  })
})

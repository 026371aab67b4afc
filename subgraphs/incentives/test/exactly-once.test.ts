import { decimal, formatDecimal, sum } from '@planet/runtime/decimal'
import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyst, newUuid, type Scenario, startScenario } from './scenario.ts'

let scenario: Scenario
let sql: postgres.Sql
beforeAll(async () => {
  scenario = await startScenario()
  sql = postgres(scenario.test.databaseUrl, { max: 1, onnotice: () => {} })
})
afterAll(async () => {
  await sql.end()
  await scenario.test[Symbol.asyncDispose]()
})

const MODELS = ['creditLastTouch', 'creditTimeDecay', 'creditShapley'] as const
const TABLES = [
  'user',
  'instrument',
  'circle_member',
  'post',
  'touch',
  'trade',
  'trade_link',
  'linked_trade_count',
  'linked_trade_fee',
]

const everything = () =>
  Promise.all(
    TABLES.map(async (table) =>
      (await sql`select to_jsonb(t) as row from incentives.${sql(table)} t order by t::text`).map(({ row }) => row),
    ),
  )

it('changes nothing when all events are heard of again', async () => {
  const [author, reader, circleId] = [newViewer(), newViewer(), newUuid<'Circle'>()]
  await scenario.setMembership(circleId, reader, 'MEMBER', 1)
  await scenario.setMembership(circleId, reader, 'LEFT', 2)
  await scenario.checkIdentity(reader, newUuid<'IdentityCluster'>())
  const posts = [await scenario.post(author), await scenario.post(newViewer())]
  for (const postId of posts) await scenario.touch(reader, postId)
  await scenario.ticket(reader, await scenario.post(author))
  await scenario.trade(reader)
  const before = await everything()
  const touchesBefore = await scenario.test.eventsOf('incentives.TouchRecorded')

  await sql`update incentives.consumer_position set pos = 0`
  // Something to hear of, so that the consumer looks at its position.
  const user = newViewer()
  const registered = {
    stream: `user:${user.userId}`,
    type: 'creators.UserRegistered',
    payload: { userId: user.userId, handle: 'new' },
  }
  await scenario.test.publish(registered)
  const [position] = await sql`select pos, (select h.pos from event_log.event_head h) head from incentives.consumer_position`
  expect(position?.pos).toBe(position?.head)

  await sql`delete from incentives."user" where id = ${user.userId}`
  expect(await everything()).toEqual(before)
  expect(await scenario.test.eventsOf('incentives.TouchRecorded')).toEqual(touchesBefore)
})

it('links each of several executions of one order, and each once if its event comes twice', async () => {
  const [author, reader] = [newViewer(), newViewer()]
  const postId = await scenario.post(author)
  await scenario.touch(reader, postId)
  const executions = [scenario.executed(reader), scenario.executed(reader)]
  await scenario.test.publish(...executions, ...executions)
  expect(await scenario.linkedTrades(analyst, postId)).toMatchObject({
    totalCount: 2,
    feesPaid: [{ amount: '24', currency: 'USD' }],
  })
})

describe('the evidence', () => {
  it('refuses credits that do not sum to 1', async () => {
    const [author, reader] = [newViewer(), newViewer()]
    const postId = await scenario.post(author)
    const insertLink = (creditShapley: string, reason: string | null) => sql`
      insert into incentives.trade_link (trade_id, post_id, user_id, executed_at, rule, touched_at, reason,
        credit_last_touch, credit_time_decay, credit_shapley)
      values (${newUuid<'Trade'>()}, ${postId}, ${reader.userId}, now(), 'CLICK', now(), ${reason}, 1, 1, ${creditShapley})`
    await expect(insertLink('0.999999999999', null)).rejects.toThrow('sum to')
    await expect(insertLink('1', 'ZERO_FEE')).rejects.toThrow('trade_link_ineligible_earns_nothing')
  })

  it.each(['touch', 'trade', 'trade_link'])('is never changed or deleted: %s', async (table) => {
    await expect(sql`update incentives.${sql(table)} set user_id = ${newUuid<'User'>()}`).rejects.toThrow('never changed')
    await expect(sql`delete from incentives.${sql(table)}`).rejects.toThrow('never changed')
  })
})

describe('the Shapley credit', () => {
  const creators = [newViewer(), newViewer()]
  const posts: string[] = []
  const trades = (reader: Viewer, change: Record<string, unknown> = {}) => scenario.trade(reader, change)
  const shapleyOf = async (reader: Viewer) =>
    (await Promise.all(posts.map(async (postId) => (await scenario.linkedTrades(reader, postId)).edges[0]))).map(
      (link) => link.creditShapley,
    )
  const meetBoth = async () => {
    const reader = newViewer()
    for (const postId of posts) await scenario.touch(reader, postId)
    return reader
  }

  beforeAll(async () => {
    scenario.wait(100 * 24)
    for (const creator of creators) posts.push(await scenario.post(creator))
  })

  it('is equal while nothing is known of the creators', async () => {
    const reader = await meetBoth()
    await trades(reader)
    expect(await shapleyOf(reader)).toEqual(['0.5', '0.5'])
  })

  it('follows the conversion rates of the journeys that ended before the order', async () => {
    const [first = '', second = ''] = posts
    // Four readers meet the first creator alone and half of them trade; two meet the second alone and neither trades.
    const converted = [newViewer(), newViewer()]
    const others = [newViewer(), newViewer()]
    for (const reader of [...converted, ...others]) await scenario.touch(reader, first)
    for (const reader of [newViewer(), newViewer()]) await scenario.touch(reader, second)
    // Who only glanced has met nobody.
    for (const reader of [newViewer(), newViewer()]) await scenario.touch(reader, first, 'VIEW', { visibleMs: 900 })
    for (const reader of converted) await trades(reader)
    // A trade without a fee is no conversion.
    for (const reader of others) await trades(reader, { fee: '0' })
    scenario.wait(100)

    const reader = await meetBoth()
    await trades(reader)
    // v(1) = 1/2, v(2) = 0, v(12) = 1 of the test before: the first gets (1/2 + 1) / 2, the second (0 + 1/2) / 2.
    expect(await shapleyOf(reader)).toEqual(['0.75', '0.25'])
  })

  it('does not count what creators do with their own posts', async () => {
    const [, second = ''] = posts
    const [, creator = newViewer()] = creators
    const before = await meetBoth()
    await trades(before)
    await scenario.touch(creator, second)
    await trades(creator)
    scenario.wait(100)
    const after = await meetBoth()
    await trades(after)
    expect(await shapleyOf(after)).toEqual(await shapleyOf(before))
  })
})

it('credits exactly 1 in each model, whatever is touched and traded', async () => {
  const authors = Array.from({ length: 4 }, () => newViewer())
  const touches = fc.array(
    fc.record({
      author: fc.nat(3),
      kind: fc.constantFrom('VIEW', 'CLICK', 'TICKET'),
      waitMinutes: fc.integer({ min: 1, max: 1_500 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(touches, async (plan) => {
      const posts = await Promise.all(authors.map((author) => scenario.post(author)))
      const reader = newViewer()
      for (const { author, kind, waitMinutes } of plan) {
        const postId = posts[author] ?? ''
        await (kind === 'TICKET' ? scenario.ticket(reader, postId) : scenario.touch(reader, postId, kind as 'VIEW' | 'CLICK'))
        scenario.wait(waitMinutes / 60)
      }
      await scenario.trade(reader, { orderPlacedAt: scenario.hours(0).toISOString() })
      const pages = await Promise.all(posts.map((postId) => scenario.linkedTrades(reader, postId)))
      const links = pages.flatMap((page) => page.edges)
      for (const model of MODELS) {
        expect(formatDecimal(sum(links.map((link) => decimal(link[model]))))).toBe(links.length > 0 ? '1' : '0')
      }
    }),
    { numRuns: 15 },
  )
})

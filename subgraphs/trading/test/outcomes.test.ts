import { existsSync, readFileSync } from 'node:fs'
import type { Db } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { createEventLog } from '@planet/runtime/event-log/log'
import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { asId, newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { sql } from 'drizzle-orm'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { type Candle, closeTime } from '../src/market/domain/candle.ts'
import { parseCandleCsv } from '../src/market/import/candle-csv.ts'
import { createAttributionTokens } from '../src/orders/attribution.ts'
import { createMatchingWorker } from '../src/orders/workers.ts'
import { findOutcomesOfSignal } from '../src/outcomes/db/signal-outcome.ts'
import { evaluateSignal } from '../src/outcomes/domain/outcome.ts'
import { markDueDays } from '../src/outcomes/mark-days.ts'
import { createOutcomeWorker, createRejudgingWorker } from '../src/outcomes/workers.ts'
import { candlesFrom, flat, OUTCOME, type Prices, published, startTrading, type TestTrading } from './market.ts'

let market: TestTrading
beforeAll(async () => {
  market = await startTrading()
})
afterAll(() => market[Symbol.asyncDispose]())

const HOUR = 3_600_000
const LADDER: Prices[] = [
  ['100', '106', '99', '105'],
  ['105', '112', '104', '111'],
  ['111', '121', '110', '119'],
]

async function newMarket(...rows: Prices[]) {
  const start = new Date(Math.ceil(market.trading.clock.now().getTime() / HOUR) * HOUR)
  await market.advance(start)
  const at = (hours: number) => new Date(start.getTime() + hours * HOUR)
  const candles = candlesFrom(start, '1h', rows)
  const instrumentId = await market.newInstrument(candles)
  return { instrumentId, candles, at, advance: (hours: number) => market.advance(at(hours)) }
}

const outcome = async (viewer: Viewer | null, signalId: string) =>
  (await market.entity(viewer, 'Signal', signalId, `outcome { ${OUTCOME} }`))?.outcome
const settledEvents = async (signalId: string) =>
  (await market.trading.eventsOf('trading.SignalSettled')).filter((event) => event.signalId === signalId)

async function publish(
  at: Date,
  plan: Partial<Parameters<typeof published>[1]> & { instrumentId: string },
  author = newViewer(),
  circleId?: string,
) {
  const [signalId, postId] = [newId<'Signal'>(at), newId<'Post'>(at)]
  await market.trading.publish(
    published({ postId, authorId: author.userId, at, ...(circleId ? { circleId } : {}) }, { signalId, ...plan }),
  )
  return { signalId, postId, author }
}

const retract = (at: Date, { postId, signalId, author }: Awaited<ReturnType<typeof publish>>) =>
  market.trading.publish({
    stream: `creator:${author.userId}`,
    type: 'posts.PostRetracted',
    payload: { postId, authorId: author.userId, signalId, retractedAt: at.toISOString() },
  })

describe('the outcome of a published signal', () => {
  it('goes on with the clock, is settled once, and is what the rules say of the same candles', async () => {
    const { instrumentId, candles, at, advance } = await newMarket(...LADDER)
    const { signalId, postId, author } = await publish(at(0), { instrumentId })
    expect(await outcome(null, signalId)).toMatchObject({
      state: 'OPEN',
      rNet: null,
      fills: [{ kind: 'ENTRY', price: '100', fraction: '1', at: at(0).toISOString() }],
    })
    await advance(2)
    expect(await outcome(null, signalId)).toMatchObject({ state: 'OPEN', settledAt: null, maxAdverseR: -0.2 })
    expect(await settledEvents(signalId)).toEqual([])
    await advance(3)

    const plan = {
      side: 'LONG' as const,
      entryKind: 'MARKET' as const,
      entry: decimal('100'),
      stop: decimal('95'),
      targets: [
        { price: decimal('110'), fraction: decimal('0.5') },
        { price: decimal('120'), fraction: decimal('0.5') },
      ],
      publishedAt: at(0),
      expiresAt: at(240),
      entryExpiresAt: null,
      moveStopToEntryAfter: null,
    }
    const expected = evaluateSignal(plan, candles, {
      asOf: at(3),
      interval: '1h',
      calendar: 'CONTINUOUS',
      feeRate: decimal('0.0005'),
    })
    const { rGross, rNet, feeR, fundingR } = expected
    expect(await outcome(null, signalId)).toEqual({
      state: 'SETTLED',
      reason: 'TARGETS',
      rGross,
      rNet,
      feeR,
      fundingR,
      maxAdverseR: expected.mae,
      maxFavourableR: expected.mfe,
      ambiguous: false,
      hasDataGap: false,
      resolution: 'HOUR_1',
      evaluatedThrough: at(3).toISOString(),
      settledAt: at(3).toISOString(),
      methodVersion: 'outcome-2',
      fills: [
        { at: at(0).toISOString(), kind: 'ENTRY', price: '100', fraction: '1' },
        { at: at(1).toISOString(), kind: 'TARGET', price: '110', fraction: '0.5' },
        { at: at(2).toISOString(), kind: 'TARGET', price: '120', fraction: '0.5' },
      ],
    })
    await advance(200)
    expect(await settledEvents(signalId)).toEqual([
      {
        signalId,
        postId,
        authorId: author.userId,
        audience: 'PUBLIC',
        instrumentId,
        side: 'LONG',
        conviction: 0.6,
        publishedAt: at(0).toISOString(),
        state: 'SETTLED',
        reason: 'TARGETS',
        entryAt: at(0).toISOString(),
        entryPrice: '100',
        fills: [
          { at: at(0).toISOString(), kind: 'ENTRY', price: '100', fraction: '1', targetIndex: null },
          { at: at(1).toISOString(), kind: 'TARGET', price: '110', fraction: '0.5', targetIndex: 0 },
          { at: at(2).toISOString(), kind: 'TARGET', price: '120', fraction: '0.5', targetIndex: 1 },
        ],
        // 100/95 to 110 and 120 by halves, 5 bps a fill: the worked ladder of C1 without its funding.
        rGross: 3,
        feeR: 0.0215,
        fundingR: 0,
        rNet: 2.9785,
        maxAdverseR: -0.2,
        maxFavourableR: 4,
        ambiguous: false,
        hasDataGap: false,
        resolution: '1h',
        settledAt: at(3).toISOString(),
        methodVersion: 'outcome-2',
      },
    ])
  })

  it('is the same whether the clock goes step by step or at once', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER)
    const slow = await publish(at(0), { instrumentId })
    const fast = await publish(at(0), { instrumentId: await market.newInstrument(candlesFrom(at(0), '1h', LADDER)) })
    for (const hours of [0.5, 1, 1.5, 2, 3]) await advance(hours)
    expect(await outcome(null, slow.signalId)).toEqual(await outcome(null, fast.signalId))
  })

  it('ends with the horizon, and without an entry is not triggered', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER.slice(0, 2), ...Array.from({ length: 4 }, () => flat('105')))
    const expiring = await publish(at(0), { instrumentId, targets: [{ price: '150', fraction: '1' }], expiresAt: at(3) })
    const limit = await publish(at(0), { instrumentId, entryKind: 'LIMIT', entry: '97', entryExpiresAt: at(2) })
    await advance(6)
    expect(await outcome(null, expiring.signalId)).toMatchObject({
      state: 'SETTLED',
      reason: 'EXPIRED',
      rGross: 1,
      settledAt: at(3).toISOString(),
      fills: [{ kind: 'ENTRY' }, { kind: 'EXPIRY', price: '105' }],
    })
    expect(await outcome(null, limit.signalId)).toMatchObject({
      state: 'NOT_TRIGGERED',
      settledAt: at(2).toISOString(),
      fills: [],
    })
    expect(await settledEvents(limit.signalId)).toMatchObject([
      {
        state: 'NOT_TRIGGERED',
        reason: null,
        entryAt: null,
        entryPrice: null,
        fills: [],
        rGross: null,
        rNet: null,
        maxAdverseR: null,
      },
    ])
  })

  it('closes at the next open after a retraction', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER)
    const signal = await publish(at(0), { instrumentId, targets: [{ price: '150', fraction: '1' }] })
    await market.advance(at(0.5))
    await retract(at(0.5), signal)
    expect(await outcome(null, signal.signalId)).toMatchObject({ state: 'OPEN' })
    await advance(1)
    expect(await outcome(null, signal.signalId)).toMatchObject({
      state: 'SETTLED',
      reason: 'RETRACTED',
      rGross: 1,
      settledAt: at(1).toISOString(),
      fills: [{ kind: 'ENTRY' }, { kind: 'CLOSE', price: '105' }],
    })
  })

  it('waits for a missing candle, and goes on when it is imported', async () => {
    const { instrumentId, at, advance } = await newMarket()
    await market.importCandles(instrumentId, [
      ...candlesFrom(at(0), '1h', LADDER.slice(0, 1)),
      ...candlesFrom(at(2), '1h', LADDER.slice(2)),
    ])
    const { signalId } = await publish(at(0), { instrumentId })
    await advance(5)
    expect(await outcome(null, signalId)).toMatchObject({ state: 'DATA_GAP' })
    await market.importCandles(instrumentId, candlesFrom(at(1), '1h', LADDER.slice(1, 2)))
    await market.trading.idle()
    expect(await outcome(null, signalId)).toMatchObject({ state: 'SETTLED', reason: 'TARGETS', hasDataGap: false })
  })

  it('asks the finer candles where the order of events is in doubt', async () => {
    const { instrumentId, at, advance } = await newMarket(flat('100'), ['100', '112', '94', '96'])
    const up: Prices[] = [
      ...Array.from({ length: 30 }, () => flat('100')),
      ['100', '112', '100', '111'],
      ...Array.from({ length: 28 }, () => flat('111')),
      ['111', '111', '94', '96'],
    ]
    const [doubtful, resolved] = [await publish(at(0), { instrumentId, targets: [{ price: '110', fraction: '1' }] }), newViewer()]
    const other = await market.newInstrument([
      ...candlesFrom(at(0), '1h', [flat('100'), ['100', '112', '94', '96']]),
      ...candlesFrom(at(1), '1m', up),
    ])
    const clear = await publish(at(0), { instrumentId: other, targets: [{ price: '110', fraction: '1' }] }, resolved)
    await advance(2)
    expect(await outcome(null, doubtful.signalId)).toMatchObject({
      reason: 'STOP',
      rGross: -1,
      ambiguous: true,
      resolution: 'HOUR_1',
    })
    expect(await outcome(null, clear.signalId)).toMatchObject({
      reason: 'TARGETS',
      rGross: 2,
      ambiguous: false,
      resolution: 'MINUTE_1',
    })
  })

  it('is invalid for a plan that makes no sense or an instrument nobody listed', async () => {
    const { instrumentId, at } = await newMarket(...LADDER)
    const upsideDown = await publish(at(0), { instrumentId, stop: '105' })
    const nowhere = await publish(at(0), { instrumentId: newId(at(0)) })
    for (const { signalId } of [upsideDown, nowhere]) {
      expect(await outcome(null, signalId)).toMatchObject({ state: 'INVALID', rNet: null, settledAt: null })
      expect(await settledEvents(signalId)).toMatchObject([{ state: 'INVALID' }])
    }
  })

  it('is settled once by any number of replicas', async () => {
    const { instrumentId, at } = await newMarket(...LADDER)
    const all = await Promise.all(Array.from({ length: 8 }, () => publish(at(0), { instrumentId })))
    const replicas = Array.from({ length: 3 }, () =>
      createOutcomeWorker(market.database.db, { clock: market.trading.clock, log: silentLog }),
    )
    market.trading.clock.advance(at(3))
    await Promise.all([market.trading.idle(), ...replicas.map((replica) => replica.idle())])
    for (const { signalId } of all) expect(await settledEvents(signalId)).toHaveLength(1)
  })
})

describe('the outcome by other rules', () => {
  /** What is stored and told as if older rules had judged it. */
  const madeOlder = (signalIds: readonly string[]) =>
    market.database.db.execute(sql`
      update trading.signal_outcome set method_version = 'outcome-1', r_net = r_net - 1
      where signal_id = any(${sql.param(signalIds)}::uuid[])`)
  const versionsOf = async (signalId: string) =>
    (await findOutcomesOfSignal(market.database.db, asId(signalId))).map(({ methodVersion, state, rNet }) => ({
      methodVersion,
      state,
      rNet,
    }))

  it('stays beside what the new ones say, which is what the API shows', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER, ...Array.from({ length: 4 }, () => flat('119')))
    const settled = await publish(at(0), { instrumentId })
    await advance(1)
    const duplicate = await publish(at(1), { instrumentId }, settled.author)
    await advance(4)
    const open = await publish(at(4), { instrumentId, entry: '119', targets: [{ price: '150', fraction: '1' }] }, settled.author)
    const ids = [settled, duplicate, open].map(({ signalId }) => signalId)
    await madeOlder(ids)
    for (const id of ids) expect(await outcome(null, id)).toBeNull()

    const deps = { clock: market.trading.clock, log: silentLog }
    await Promise.all([1, 2].map(() => createRejudgingWorker(market.database.db, deps).idle()))
    await market.trading.idle()
    expect(await versionsOf(settled.signalId)).toEqual([
      { methodVersion: 'outcome-1', state: 'SETTLED', rNet: 1.9785 },
      { methodVersion: 'outcome-2', state: 'SETTLED', rNet: 2.9785 },
    ])
    expect(await versionsOf(duplicate.signalId)).toMatchObject([{ methodVersion: 'outcome-1' }, { state: 'DUPLICATE' }])
    expect(await versionsOf(open.signalId)).toMatchObject([{ methodVersion: 'outcome-1' }, { state: 'OPEN' }])
    expect(await outcome(null, settled.signalId)).toMatchObject({ rNet: 2.9785, methodVersion: 'outcome-2' })
    // Once for each time that rules have judged it; the test has given both the one name.
    expect(await settledEvents(settled.signalId)).toHaveLength(2)
    expect(await settledEvents(duplicate.signalId)).toHaveLength(2)

    await advance(5)
    expect(await versionsOf(open.signalId)).toMatchObject([{ methodVersion: 'outcome-1', state: 'OPEN' }, { state: 'OPEN' }])
  })
})

describe('a second signal on the same instrument and side', () => {
  it('is a duplicate while the first is open, and not before or after', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER, flat('119'))
    const first = await publish(at(0), { instrumentId })
    await advance(1)
    const second = await publish(at(1), { instrumentId, stop: '90', targets: [{ price: '115', fraction: '1' }] }, first.author)
    const short = await publish(
      at(1),
      { instrumentId, side: 'SHORT', stop: '130', targets: [{ price: '90', fraction: '1' }] },
      first.author,
    )
    const others = await publish(at(1), { instrumentId })
    expect(await outcome(null, second.signalId)).toMatchObject({ state: 'DUPLICATE', fills: [], settledAt: null })
    expect(await settledEvents(second.signalId)).toMatchObject([{ state: 'DUPLICATE', settledAt: at(1).toISOString() }])
    for (const { signalId } of [short, others]) expect(await outcome(null, signalId)).toMatchObject({ state: 'OPEN' })
    await advance(3)
    expect(await outcome(null, first.signalId)).toMatchObject({ state: 'SETTLED', settledAt: at(3).toISOString() })
    const third = await publish(at(3), { instrumentId }, first.author)
    expect((await outcome(null, third.signalId)).state).not.toBe('DUPLICATE')
  })

  it('is judged as of its publication, however late it is heard of', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER, flat('119'))
    const first = await publish(at(0), { instrumentId })
    await advance(3.5)
    expect(await outcome(null, first.signalId)).toMatchObject({ state: 'SETTLED', settledAt: at(3).toISOString() })
    const during = await publish(at(2.5), { instrumentId }, first.author)
    const after = await publish(at(3), { instrumentId }, first.author)
    expect((await outcome(null, during.signalId)).state).toBe('DUPLICATE')
    expect((await outcome(null, after.signalId)).state).not.toBe('DUPLICATE')
  })

  it('is scored when the first was taken back', async () => {
    const { instrumentId, at } = await newMarket(...LADDER)
    const first = await publish(at(0), { instrumentId })
    await market.advance(at(0.5))
    await retract(at(0.5), first)
    const second = await publish(at(0.5), { instrumentId }, first.author)
    expect(await outcome(null, second.signalId)).toMatchObject({ state: 'PENDING_ENTRY' })
  })
})

describe('the outcome of a signal of a circle', () => {
  it('is for its author and the members of the circle, also as an entity', async () => {
    const { instrumentId, at } = await newMarket(...LADDER)
    const [circleId, member, stranger] = [newId<'Circle'>(at(0)), newViewer(), newViewer('analyst')]
    const { signalId, author } = await publish(at(0), { instrumentId }, newViewer(), circleId)
    const setState = (state: string) =>
      market.trading.publish({
        stream: `circle:${circleId}`,
        type: 'circles.MembershipChanged',
        payload: { circleId, userId: member.userId, state, hostId: author.userId, revision: 1 },
      })
    const seenBy = async () =>
      Promise.all([author, member, stranger, null].map(async (viewer) => (await outcome(viewer, signalId)) !== null))
    await setState('REQUESTED')
    expect(await seenBy()).toEqual([true, false, false, false])
    await setState('MEMBER')
    expect(await seenBy()).toEqual([true, true, false, false])
    await setState('LEFT')
    expect(await seenBy()).toEqual([true, false, false, false])
  })

  it('looks the same to a stranger as a signal that does not exist', async () => {
    expect(await market.entity(null, 'Signal', newId(new Date()), 'id outcome { state }')).toMatchObject({ outcome: null })
    expect(await market.entity(null, 'Signal', 'x', 'id')).toBeNull()
  })
})

const file = (name: string) => new URL(`../../../../shared/data/${name}`, import.meta.url)

it.skipIf(!existsSync(file('coinbase_btc_usd_4h.csv')))(
  'on the real candles of 2017 is decided by the real minutes',
  async () => {
    const read = (name: string, interval: '4h' | '1m') => parseCandleCsv(readFileSync(file(name), 'utf8'), interval).candles
    const within = (candles: readonly Candle[]) =>
      candles.filter((candle) => candle.openTime >= new Date('2017-12-10') && closeTime(candle) <= new Date('2017-12-18T00:00Z'))
    const fourHours = within(read('coinbase_btc_usd_4h.csv', '4h'))
    const minutes = within(read('coinbase_btc_usd_1m_4days.csv', '1m'))
    const coarse = await market.newInstrument(fourHours)
    const fine = await market.newInstrument([...fourHours, ...minutes])
    const publishedAt = new Date('2017-12-17T20:00Z')
    const plan = {
      entry: '19300',
      stop: '19150',
      targets: [{ price: '19750', fraction: '1' }],
      expiresAt: new Date('2017-12-18T20:00Z'),
    }
    const [inDoubt, resolved] = [
      await publish(publishedAt, { instrumentId: coarse, ...plan }),
      await publish(publishedAt, { instrumentId: fine, ...plan }),
    ]
    expect(await outcome(null, inDoubt.signalId)).toMatchObject({ state: 'SETTLED', rGross: -1, ambiguous: true })
    expect(await outcome(null, resolved.signalId)).toMatchObject({
      state: 'SETTLED',
      rGross: 3,
      ambiguous: false,
      resolution: 'MINUTE_1',
      fills: [{ kind: 'ENTRY' }, { kind: 'TARGET', at: '2017-12-17T22:46:00.000Z' }],
    })
  },
)

it('asks the database for each level of a query once, however many signals and instruments it has', async () => {
  const { at } = await newMarket(...LADDER)
  const instruments = await Promise.all([1, 2, 3].map(() => market.newInstrument(candlesFrom(at(0), '1h', LADDER))))
  const signals = await Promise.all(instruments.map((instrumentId) => publish(at(0), { instrumentId })))
  const representations = [
    ...instruments.map((id) => ({ __typename: 'Instrument', id })),
    ...signals.map(({ signalId }) => ({ __typename: 'Signal', id: signalId })),
  ]
  const { db, count } = counting(market.database.db)
  const events = createEventLog(market.database)
  const attribution = createAttributionTokens(new Uint8Array(32))
  const { data, errors } = await execute({
    schema: market.trading.subgraph.schema,
    document: parse(`query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Instrument { lastPrice { price } intervals candles(interval: HOUR_1, first: 2) { edges { node { close } } } }
      ... on Signal { outcome { state } }
    } }`),
    variableValues: { of: representations },
    contextValue: createContext({ db, attribution, events }, market.trading.clock.now(), null),
  })
  await events.close()
  expect(errors).toBeUndefined()
  expect(JSON.stringify(data)).not.toContain('null')
  // Instruments, their last prices, intervals and candles; outcomes.
  expect(count()).toBe(5)
})

it('asks the database once per worker and tick when nothing is due', async () => {
  await market.trading.idle()
  const { db, count } = counting(market.database.db)
  const deps = { clock: market.trading.clock, log: silentLog }
  await createMatchingWorker(db, deps).idle()
  await createOutcomeWorker(db, deps).idle()
  await markDueDays(db, deps.clock.now(), async () => true, silentLog)
  expect(count()).toBe(3)
})

/** The same database, and how many statements and transactions were begun on it. */
function counting(target: Db): { db: Db; count: () => number } {
  let count = 0
  const db = new Proxy(target, {
    get(object, key) {
      if (['select', 'execute', 'transaction'].includes(String(key))) count++
      return Reflect.get(object, key)
    },
  })
  return { db, count: () => count }
}

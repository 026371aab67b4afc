import { existsSync, readFileSync } from 'node:fs'
import { type Database, openDatabase } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { newId } from '@planet/runtime/ids'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { importCandles } from '../src/import-candles.ts'
import { findCandlesAt } from '../src/market/db/candle.ts'
import { candleHistory, candles, instruments } from '../src/market/db/tables.ts'
import { type Listing, listInstrument } from '../src/market/list-instrument.ts'

const HEADER = 'open_time,open,high,low,close,volume'
const NOW = new Date('2026-01-24T00:00:00Z')
const listing: Listing = {
  symbol: 'BTC-USD',
  venue: 'COINBASE',
  assetClass: 'CRYPTO',
  baseAsset: 'BTC',
  quoteAsset: 'USD',
  tickSize: decimal('0.01'),
  lotSize: decimal('0.0001'),
  feeBps: decimal('5'),
  tradingCalendar: 'CONTINUOUS',
}

let testDatabase: TestDatabase
let database: Database
let instrumentId: ReturnType<typeof newId<'Instrument'>>

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = openDatabase({ url: testDatabase.url, role: 'planet_trading', audience: 'analyst' })
})
afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})
beforeEach(async () => {
  instrumentId = (await listInstrument(database.db, { ...listing, symbol: `BTC-${Math.random()}` }, NOW)).id
})

const stored = () => database.db.select().from(candles).where(sql`instrument_id = ${instrumentId}`).orderBy(candles.openTime)
const importCsv = (...rows: string[]) =>
  importCandles(database.db, { instrumentId, interval: '4h', csvText: [HEADER, ...rows].join('\n') }, NOW)

it('lists an instrument once and tells it once', async () => {
  const events = async () => {
    await database.db.execute(sql`select event_log.relay(1000)`)
    return database.db.execute(sql`select 1 from event_log.entry where type = 'trading.InstrumentListed'`)
  }
  const before = (await events()).length
  const [first, second] = await Promise.all([
    listInstrument(database.db, listing, NOW),
    listInstrument(database.db, listing, NOW),
  ])
  expect(second).toEqual(first)
  expect(await listInstrument(database.db, { ...listing, feeBps: decimal('9') }, NOW)).toEqual(first)
  expect((await events()).length - before).toBe(1)
})

it('refuses a listing that makes no sense', async () => {
  await expect(listInstrument(database.db, { ...listing, symbol: 'X', tickSize: decimal('0') }, NOW)).rejects.toThrow(
    'above zero',
  )
  await expect(listInstrument(database.db, { ...listing, symbol: '' }, NOW)).rejects.toThrow('not a symbol')
})

it('imports the sound rows of a file and names the line of every other', async () => {
  const result = await importCsv(
    '2024-01-01T00:00:00Z,100,106,99,105,7.25',
    '2024-01-01T04:00:00Z,100,90,99,105,1',
    'nonsense',
    '2024-01-01T12:00:00Z,1,100000000000,1,1,1',
    '2024-01-01T08:00:00Z,105,112,104,111,',
  )
  expect(result).toMatchObject({ inserted: 2, changed: 0, unchanged: 0 })
  expect(result.faults.map((fault) => fault.line)).toEqual([3, 4, 5])
  expect(await stored()).toMatchObject([
    {
      openTime: new Date('2024-01-01T00:00:00Z'),
      closeTime: new Date('2024-01-01T04:00:00Z'),
      close: decimal('105'),
      volume: decimal('7.25'),
    },
    { openTime: new Date('2024-01-01T08:00:00Z'), close: decimal('111'), volume: null },
  ])
})

it('changes nothing when a file is imported again, and only what differs in a corrected one', async () => {
  const rows = ['2024-01-01T00:00:00Z,100,106,99,105,7', '2024-01-01T04:00:00Z,105,112,104,111,3']
  await importCsv(...rows)
  const before = await stored()
  expect(await importCsv(...rows)).toEqual({ inserted: 0, changed: 0, unchanged: 2, faults: [] })
  expect(await stored()).toEqual(before)
  expect(await importCsv(rows[0] ?? '', '2024-01-01T04:00:00Z,105,113,104,111,3')).toMatchObject({
    inserted: 0,
    changed: 1,
    unchanged: 1,
  })
})

it('takes a file in pieces and its rows in any order, and two imports at once are no deadlock', async () => {
  const start = Date.parse('2020-01-01T00:00:00Z')
  const rows = Array.from(
    { length: 2_500 },
    (_, i) => `${new Date(start + i * 14_400_000).toISOString()},100,106,99,${100 + (i % 7)},1`,
  )
  const text = (ordered: readonly string[]) => `${[HEADER, ...ordered].join('\r\n')}\r\n`.match(/[^]{1,1000}/g) ?? []
  const source = { instrumentId, interval: '4h' as const }
  await using other = openDatabase({ url: testDatabase.url, role: 'planet_trading', audience: 'analyst' })
  const [forwards, backwards] = [text(rows), text(rows.toReversed())]
  const results = await Promise.all([
    importCandles(database.db, { ...source, csvText: forwards }, NOW),
    importCandles(other.db, { ...source, csvText: backwards }, NOW),
  ])
  expect(results.map(({ inserted, unchanged }) => [inserted, unchanged]).sort()).toEqual([
    [0, 2_500],
    [2_500, 0],
  ])
  expect((await stored()).map(({ close }) => close)).toEqual(rows.map((_, i) => decimal(String(100 + (i % 7)))))
})

it('keeps the word of a person when the same prices come again', async () => {
  const [row] = await (async () => {
    await importCsv('2024-01-01T00:00:00Z,100,106,99,105,7')
    return stored()
  })()
  if (!row) throw new Error('nothing was imported')
  await importCandles(database.db, { instrumentId, interval: '4h', candles: [row], flags: ['CONFIRMED'] }, NOW)
  await importCsv('2024-01-01T00:00:00Z,100,106,99,105,7')
  expect((await stored()).map(({ flags }) => flags)).toEqual([['CONFIRMED']])
})

it('keeps what a candle was before each correction, and reads what was known at a moment', async () => {
  const rows = (high: number, ...more: string[]) => [HEADER, `2026-01-24T00:00:00Z,100,${high},99,105,7`, ...more].join('\n')
  const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000)
  const learnt = (hours: number, csvText: string) =>
    importCandles(database.db, { instrumentId, interval: '4h', csvText }, later(hours))
  const knownAt = async (hours: number) =>
    (await findCandlesAt(database.db, { instrumentId, interval: '4h' }, { from: NOW, to: later(8) }, later(hours), 100)).map(
      ({ openTime, high, recordedAt }) => [openTime, high, recordedAt],
    )

  // A market that is replayed holds its future: a candle is known once it has closed.
  await learnt(0, rows(106, '2026-01-24T04:00:00Z,105,112,104,111,3'))
  await learnt(5, rows(107))
  await learnt(6, rows(108))
  await learnt(6, rows(109))
  expect(await learnt(7, rows(109))).toMatchObject({ changed: 0, unchanged: 1 })
  expect(await knownAt(3.99)).toEqual([])
  expect(await knownAt(4)).toEqual([[NOW, decimal('106'), NOW]])
  expect(await knownAt(5.99)).toEqual([[NOW, decimal('107'), later(5)]])
  expect(await knownAt(6)).toEqual([[NOW, decimal('109'), later(6)]])
  expect(await knownAt(8)).toEqual([
    [NOW, decimal('109'), later(6)],
    [later(4), decimal('112'), NOW],
  ])
  const earlier = await database.db.select().from(candleHistory).where(sql`instrument_id = ${instrumentId}`)
  expect(earlier.map(({ recordedAt, supersededAt }) => [recordedAt, supersededAt])).toEqual([
    [NOW, later(5)],
    [later(5), later(6)],
    [later(6), later(6)],
  ])
})

it('knows nothing of a candle before it was imported, however old the candle is', async () => {
  await importCsv('2024-01-01T00:00:00Z,100,106,99,105,7')
  const at = (moment: Date) =>
    findCandlesAt(
      database.db,
      { instrumentId, interval: '4h' },
      { from: new Date('2024-01-01'), to: new Date('2024-01-02') },
      moment,
      1,
    )
  expect(await at(new Date(NOW.getTime() - 1))).toEqual([])
  expect(await at(NOW)).toMatchObject([{ close: decimal('105'), interval: '4h', flags: [] }])
})

it('makes the first imported interval the one of the signals', async () => {
  await importCsv('2024-01-01T00:00:00Z,100,106,99,105,7')
  await importCandles(
    database.db,
    { instrumentId, interval: '1d', csvText: `${HEADER}\n2024-01-01T00:00:00Z,100,106,99,105,7` },
    NOW,
  )
  const [row] = await database.db.select().from(instruments).where(sql`id = ${instrumentId}`)
  expect(row?.signalInterval).toBe('4h')
})

it('throws for an instrument that is not listed', async () => {
  const nowhere = newId<'Instrument'>(NOW)
  await expect(importCandles(database.db, { instrumentId: nowhere, interval: '4h', candles: [] }, NOW)).rejects.toThrow(
    'no instrument',
  )
})

const realFile = new URL('../../../../shared/data/coinbase_btc_usd_4h.csv', import.meta.url)

it.skipIf(!existsSync(realFile))('finds the one bad print of ten years, also when the file comes in two halves', async () => {
  const [header = '', ...lines] = readFileSync(realFile, 'utf8').trim().split('\n')
  const cut = lines.findIndex((line) => line.startsWith('2018-04-03T20:00'))
  const outliers = async () =>
    (await stored()).flatMap(({ openTime, outlierSince }) => (outlierSince ? [[openTime, outlierSince]] : []))
  for (const half of [lines.slice(cut + 1), lines.slice(0, cut + 1)]) {
    const result = await importCandles(database.db, { instrumentId, interval: '4h', csvText: [header, ...half].join('\n') }, NOW)
    expect(result).toEqual({ inserted: half.length, changed: 0, unchanged: 0, faults: [] })
  }
  expect(await outliers()).toEqual([[new Date('2018-04-03T20:00:00Z'), new Date('2018-04-04T00:00:00Z')]])
  await importCandles(database.db, { instrumentId, interval: '4h', csvText: [header, ...lines].join('\n') }, NOW)
  expect(await outliers()).toHaveLength(1)
})

it('refuses rows of times that cannot be stored by their line and imports the others, which aborted the import', async () => {
  const times = [
    '2026-01-01T00:00:00Z',
    '0000-06-01T00:00:00Z',
    '0050-06-01T00:00:00Z',
    '9999-12-31T20:00:00Z',
    '2026-01-01T04:00:00Z',
  ]
  const { faults } = await importCsv(...times.map((time) => `${time},100,106,99,105,7`))
  expect(faults.map(({ line }) => line)).toEqual([3, 4, 5])
  expect((await stored()).map(({ openTime }) => openTime.toISOString())).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T04:00:00.000Z',
  ])
})

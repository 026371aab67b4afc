import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { utcDay } from '@planet/runtime/instant'
import type { Logger } from '@planet/runtime/log'
import { planOf, type SignalRow } from '../copies/db/signal.ts'
import { type DayClose, findDayCloses } from '../market/db/candle.ts'
import { findInstruments, type InstrumentRow } from '../market/db/instrument.ts'
import { feeRateOf, signalIntervalOf } from '../market/domain/instrument.ts'
import {
  findDueDay,
  findSignalsAlive,
  insertMarks,
  lockDueCreators,
  type SettledSums,
  sumSettled,
  updateDue,
} from './db/day-mark.ts'
import { decideDay, endOfDay, equityInR, type Mark, markInR } from './domain/day-mark.ts'
import { METHOD_VERSION } from './domain/outcome.ts'
import { evaluateSignals } from './evaluation.ts'
import { emitCreatorDayMarked } from './events.ts'

/** Creators whose day is marked in one transaction. */
const BATCH = 50
/** How long to leave creators alone that a rival is at. */
const RIVAL_MS = 5

/**
 * Marks a day of some creators, the longest due first. `isHeard` says whether all that was published before an instant has been
 * heard: what is written is not written again. True if anything was done: there may be more.
 */
export async function markDueDays(db: Db, now: Date, isHeard: (before: Date) => Promise<boolean>, log: Logger): Promise<boolean> {
  const day = await findDueDay(db, now)
  if (day === null || !(await isHeard(endOfDay(day)))) return false
  const count = await db.transaction(async (tx) => {
    const creatorIds = await lockDueCreators(tx, day, now, BATCH)
    if (creatorIds.length > 0) await markDay(tx, creatorIds, day, now, log)
    return creatorIds.length
  })
  if (count === 0) await new Promise((resolve) => setTimeout(resolve, RIVAL_MS))
  return true
}

async function markDay(tx: Tx, locked: readonly Id<'User'>[], day: string, now: Date, log: Logger): Promise<void> {
  const end = endOfDay(day)
  const alive = await readMarket(tx, await findSignalsAlive(tx, locked, end), end, now)
  const byCreator = Map.groupBy(alive, ({ signal }) => signal.authorId)
  const isKnownOf = (id: Id<'User'>) => (byCreator.get(id) ?? []).every(({ close }) => close === null || close.isKnown)
  const decisions = locked.map((id) => ({ id, decision: decideDay(end, isKnownOf(id), now) }))
  for (const { id, decision } of decisions) if (decision.kind === 'Waiting') await updateDue(tx, [id], day, decision.dueAt)

  const creatorIds = decisions.flatMap(({ id, decision }) => (decision.kind === 'Marked' ? [id] : []))
  const sums = await sumSettled(tx, creatorIds, end)
  const valued = await valueSignals(
    tx,
    creatorIds.flatMap((id) => byCreator.get(id) ?? []),
    end,
    log,
  )
  const valuedOf = Map.groupBy(valued, ({ signal }) => signal.authorId)
  const marks = creatorIds.map((creatorId) => {
    const ofCreator = valuedOf.get(creatorId) ?? []
    const totals = totalsOf(sums.get(creatorId) ?? { all: 0, ofPublic: 0 }, ofCreator)
    const open = ofCreator.flatMap(({ signal, value }) => (value.kind === 'Open' ? [{ signal, ...value.mark }] : []))
    return { row: { creatorId, day, methodVersion: METHOD_VERSION, ...totals, markedAt: now }, open }
  })
  await insertMarks(
    tx,
    marks.map(({ row }) => row),
    marks.flatMap(({ row: { creatorId, methodVersion }, open }) =>
      open.map(({ signal, ...mark }) => ({ creatorId, day, methodVersion, signalId: signal.id, ...mark })),
    ),
  )
  await updateDue(tx, creatorIds, utcDay(end), endOfDay(utcDay(end)))
  // Streams are locked until the commit: in one order everywhere.
  for (const { row, open } of marks) await emitCreatorDayMarked(tx, end, row, open)
}

type Alive = { readonly signal: SignalRow; readonly instrument: InstrumentRow | null; readonly close: DayClose | null }

/** What the market had for `signals` at the end of a day. */
async function readMarket(tx: Tx, signals: readonly SignalRow[], end: Date, now: Date): Promise<Alive[]> {
  const ids = [...new Set(signals.map(({ instrumentId }) => instrumentId))]
  const instruments = new Map((await findInstruments(tx, ids)).flatMap((row) => (row ? [[row.id, row] as const] : [])))
  const series = [...instruments.values()].map((row) => ({ instrumentId: row.id, interval: signalIntervalOf(row) }))
  const closes = await findDayCloses(tx, series, end, now)
  return signals.map((signal) => ({
    signal,
    instrument: instruments.get(signal.instrumentId) ?? null,
    close: closes.get(signal.instrumentId) ?? null,
  }))
}

/** `Pending`: nothing is entered, or never was. `Settled`: at the very end of the day. */
type Value =
  | { readonly kind: 'Pending' }
  | { readonly kind: 'Settled'; readonly rNet: number }
  | { readonly kind: 'Open'; readonly mark: Mark }

type Valued = { readonly signal: SignalRow; readonly value: Value }

/** What signals were worth at the end of a day, on the candles of that day and those before it. */
async function valueSignals(tx: Tx, alive: readonly Alive[], end: Date, log: Logger): Promise<Valued[]> {
  const evaluations = await evaluateSignals(
    tx,
    alive.map(({ signal }) => signal),
    end,
    log,
    end,
  )
  return alive.map(({ signal, instrument, close }, index) => {
    const outcome = evaluations[index]?.outcome
    if (outcome?.state === 'SETTLED') return { signal, value: { kind: 'Settled', rNet: outcome.rNet ?? 0 } }
    const entry = outcome?.fills[0]
    if (!outcome || !entry || !instrument) return { signal, value: { kind: 'Pending' } }
    const last = close?.last && close.last.closeTime > entry.at ? close.last : null
    const markR = last && markInR(planOf(signal), outcome, last.price, feeRateOf(instrument.feeBps))
    const mark = { openFraction: outcome.openFraction, price: last?.price ?? null, pricedAt: last?.closeTime ?? null, markR }
    return { signal, value: { kind: 'Open', mark } }
  })
}

function totalsOf(before: SettledSums, valued: readonly Valued[]) {
  const total = (settledBefore: number, some: readonly Valued[]) => {
    const settled = some.reduce((sum, { value }) => (value.kind === 'Settled' ? sum + value.rNet : sum), settledBefore)
    return {
      settled,
      equity: equityInR(
        settled,
        some.flatMap(({ value }) => (value.kind === 'Open' ? [value.mark] : [])),
      ),
    }
  }
  const all = total(before.all, valued)
  const ofPublic = total(
    before.ofPublic,
    valued.filter(({ signal }) => signal.audience === 'PUBLIC'),
  )
  return { settledR: all.settled, equityR: all.equity, publicSettledR: ofPublic.settled, publicEquityR: ofPublic.equity }
}

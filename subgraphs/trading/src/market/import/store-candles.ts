import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { findCandlesFrom, findOpenTimeNear, setOutliers, upsertCandles, upsertSeries } from '../db/candle-writes.ts'
import { lockInstrument, setSignalIntervalOnce } from '../db/instrument-writes.ts'
import type { Candle, CandleFlag, Interval } from '../domain/candle.ts'
import { createOutlierGuard, HISTORY } from '../domain/outlier.ts'
import { type CsvFault, isFault, readCandleCsv } from './candle-csv.ts'

/** Candles per statement. */
const CHUNK = 1_000
/** Candles held at a time while looking for outliers. */
const WINDOW = 5_000

export type CandleImport = {
  readonly instrumentId: Id<'Instrument'>
  readonly interval: Interval
  /** Set on every candle of the import. */
  readonly flags?: readonly CandleFlag[]
} & (
  | {
      /** Whole, or in pieces of any size; what `readCandleCsv` reads. */
      readonly csvText: string | Iterable<string>
      readonly candles?: never
    }
  /** Of `interval`, one per open time; checked as `decideCandle` does. */
  | { readonly candles: readonly Candle[]; readonly csvText?: never }
)

export type CandleImportResult = {
  readonly inserted: number
  /** Were there with other prices, or without one of the flags. */
  readonly changed: number
  /** Were there already, to the last digit. */
  readonly unchanged: number
  /** One for each row that was refused; empty unless the source is CSV. */
  readonly faults: readonly CsvFault[]
}

/** What an import did; `first` is the open time of its first candle, null if it changed nothing. */
type StoredImport = CandleImportResult & { readonly first: Date | null }

/** Stores an import that comes at `now`, with its outliers marked. Throws if there is no such instrument. */
export async function storeCandles(tx: Tx, source: CandleImport, now: Date): Promise<StoredImport> {
  const { instrumentId, interval, flags = [] } = source
  // One import of an instrument at a time: two that come in different orders would wait for each other.
  await lockInstrument(tx, instrumentId)
  const faults: CsvFault[] = []
  const candles =
    source.csvText === undefined ? withFlags(source.candles, flags) : soundCandles(source.csvText, interval, flags, faults)
  let [inserted, changed, total] = [0, 0, 0]
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const chunk of chunksOf(candles)) {
    const counts = await upsertCandles(tx, instrumentId, interval, chunk, now)
    inserted += counts.inserted
    changed += counts.changed
    total += chunk.length
    for (const { openTime } of chunk) {
      firstMs = Math.min(firstMs, openTime.getTime())
      lastMs = Math.max(lastMs, openTime.getTime())
    }
  }
  const result = { inserted, changed, unchanged: total - inserted - changed, faults }
  if (inserted + changed === 0) return { ...result, first: null }
  const first = new Date(firstMs)
  await upsertSeries(tx, instrumentId, interval, first)
  await setSignalIntervalOnce(tx, instrumentId, interval)
  await markOutliers(tx, instrumentId, interval, first, new Date(lastMs))
  return { ...result, first }
}

/** The candles of a CSV text; its faults are added to `faults` on the way. */
function* soundCandles(
  text: string | Iterable<string>,
  interval: Interval,
  flags: readonly CandleFlag[],
  faults: CsvFault[],
): Generator<Candle> {
  for (const read of readCandleCsv(typeof text === 'string' ? [text] : text, interval, flags)) {
    if (isFault(read)) faults.push(read)
    else yield read
  }
}

const withFlags = (given: readonly Candle[], flags: readonly CandleFlag[]): readonly Candle[] =>
  flags.length === 0 ? given : given.map((candle) => ({ ...candle, flags: [...new Set([...candle.flags, ...flags])] }))

function* chunksOf(candles: Iterable<Candle>): Generator<readonly Candle[]> {
  let chunk: Candle[] = []
  for (const candle of candles) {
    chunk.push(candle)
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

/**
 * Marks the outliers among the candles whose verdict an import of [`first`, `last`] may have changed: that of a candle
 * depends on `HISTORY` candles before it and on the open of the next one.
 */
async function markOutliers(tx: Tx, instrumentId: Id<'Instrument'>, interval: Interval, first: Date, last: Date): Promise<void> {
  let start = await findOpenTimeNear(tx, instrumentId, interval, first, HISTORY + 1, -1)
  const end = await findOpenTimeNear(tx, instrumentId, interval, last, HISTORY, 1)
  for (;;) {
    const window = await findCandlesFrom(tx, instrumentId, interval, start, WINDOW)
    const isLast = window.length < WINDOW
    // The first have too little before them to be judged here, the last of a full window lacks the next open.
    const judged = window.slice(HISTORY, isLast ? window.length : -1)
    const [from, to] = [judged[0], judged.at(-1)]
    if (!from || !to) return
    const guard = createOutlierGuard(window)
    const outliers = judged.flatMap((candle, index) => {
      const next = window[index + HISTORY + 1]
      return next && guard.isOutlier(index + HISTORY) ? [{ openTime: candle.openTime, since: next.openTime }] : []
    })
    await setOutliers(tx, instrumentId, interval, { from: from.openTime, to: to.openTime }, outliers)
    if (isLast || to.openTime >= end) return
    start = window[window.length - 1 - HISTORY]?.openTime ?? end
  }
}

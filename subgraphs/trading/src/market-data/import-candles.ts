import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import {
  findCandlesFrom,
  findOpenTimeNear,
  setOutliers,
  upsertCandles,
  upsertSeries,
  wakeInstrument,
} from '../db/candle-import.ts'
import { getInstrument, setSignalIntervalOnce } from '../db/instrument.ts'
import type { Candle, CandleFlag, Interval } from '../domain/candle.ts'
import { HISTORY } from '../domain/outcome.ts'
import { createOutlierGuard } from '../domain/outlier.ts'
import { type CsvFault, parseCandleCsv } from './candle-csv.ts'

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
  | { readonly csvText: string; readonly candles?: never }
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

/**
 * Imports candles of one interval of a listed instrument: those of a file that are sound, and a fault with its line for
 * every other row. Idempotent. The import becomes visible as a whole, with its outliers marked, and what waits for the
 * instrument's candles is evaluated again. Throws if there is no such instrument.
 */
export async function importCandles(db: Db, source: CandleImport): Promise<CandleImportResult> {
  const { instrumentId, interval, flags = [] } = source
  const { candles, faults } =
    source.csvText === undefined ? withFlags(source.candles, flags) : parseCandleCsv(source.csvText, interval, flags)
  const [first, last] = [candles[0], candles.at(-1)]
  return db.transaction(async (tx) => {
    await getInstrument(tx, instrumentId)
    let [inserted, changed] = [0, 0]
    for (let from = 0; from < candles.length; from += CHUNK) {
      const counts = await upsertCandles(tx, instrumentId, interval, candles.slice(from, from + CHUNK))
      inserted += counts.inserted
      changed += counts.changed
    }
    if (first && last && inserted + changed > 0) {
      await upsertSeries(tx, instrumentId, interval, first.openTime)
      await setSignalIntervalOnce(tx, instrumentId, interval)
      await markOutliers(tx, instrumentId, interval, first.openTime, last.openTime)
      await wakeInstrument(tx, instrumentId, first.openTime)
    }
    return { inserted, changed, unchanged: candles.length - inserted - changed, faults }
  })
}

function withFlags(
  given: readonly Candle[],
  flags: readonly CandleFlag[],
): { candles: readonly Candle[]; faults: readonly CsvFault[] } {
  const candles =
    flags.length === 0 ? [...given] : given.map((candle) => ({ ...candle, flags: [...new Set([...candle.flags, ...flags])] }))
  return { candles: candles.sort((a, b) => a.openTime.getTime() - b.openTime.getTime()), faults: [] }
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

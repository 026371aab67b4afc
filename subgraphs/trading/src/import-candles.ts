import type { Db } from '@planet/runtime/database'
import { type CandleImport, type CandleImportResult, storeCandles } from './market/import/store-candles.ts'
import { wakeOrders } from './orders/db/order.ts'
import { wakeOutcomes } from './outcomes/db/signal-outcome.ts'
import { wakePredictions } from './predictions/db/prediction.ts'

/**
 * Imports candles of one interval of a listed instrument: those of a file that are sound, and a fault with its line for
 * every other row. Idempotent, and as large as may be: a chunk is held at a time. The import becomes visible as a whole,
 * with its outliers marked, and what waits for the instrument's candles is evaluated again. `now` is the platform's time, at
 * which it learns of them. Throws if there is no such instrument.
 */
export function importCandles(db: Db, source: CandleImport, now: Date): Promise<CandleImportResult> {
  return db.transaction(async (tx) => {
    const { first, ...result } = await storeCandles(tx, source, now)
    if (first) {
      await wakeOutcomes(tx, source.instrumentId)
      await wakeOrders(tx, source.instrumentId, first)
      await wakePredictions(tx, source.instrumentId)
    }
    return result
  })
}

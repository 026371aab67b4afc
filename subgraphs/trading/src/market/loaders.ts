import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { type CandleRow, findIntervals, findLastPrices, findPagesOfCandles, type LastPriceRow } from './db/candle.ts'
import { findInstruments, type InstrumentRow } from './db/instrument.ts'
import type { Interval } from './domain/candle.ts'

export type MarketLoaders = {
  readonly instrument: DataLoader<Id<'Instrument'>, InstrumentRow | null>
  readonly intervals: DataLoader<Id<'Instrument'>, Interval[]>
  readonly lastPrice: DataLoader<Id<'Instrument'>, LastPriceRow | null>
  /** A loader for each interval, for the whole request. */
  readonly candles: (interval: Interval) => PageLoader<Id<'Instrument'>, CandleRow>
}

/** All see the market at `now`. */
export const marketLoaders: Makers<MarketLoaders, { readonly db: Db; readonly now: Date }> = {
  instrument: ({ db }) => new DataLoader((ids) => findInstruments(db, ids)),
  intervals: ({ db, now }) => new DataLoader((ids) => findIntervals(db, ids, now)),
  lastPrice: ({ db, now }) => new DataLoader((ids) => findLastPrices(db, ids, now)),
  candles: ({ db, now }) => {
    const candles = new Map<Interval, ReturnType<MarketLoaders['candles']>>()
    return (interval) => {
      const known = candles.get(interval)
      if (known) return known
      const loader = createPageLoader((ids: readonly Id<'Instrument'>[], page) =>
        findPagesOfCandles(db, ids, interval, now, page),
      )
      candles.set(interval, loader)
      return loader
    }
  },
}

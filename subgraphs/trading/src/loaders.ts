import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { lazyMembers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { areVisible } from './copies/db/post.ts'
import { type CandleRow, findIntervals, findLastPrices, findPagesOfCandles, type LastPriceRow } from './market/db/candle.ts'
import { findInstruments, type InstrumentRow } from './market/db/instrument.ts'
import type { Interval } from './market/domain/candle.ts'
import { findOrders, type OrderRow } from './orders/db/order.ts'
import { findOrderTickets, type OrderTicketRow } from './orders/db/order-ticket.ts'
import { findPagesOfTrades, findTrades, findTradesOfOrders, type TradeRow } from './orders/db/trade.ts'
import { findVisibleOutcomes, type SignalOutcomeRow } from './outcomes/db/signal-outcome.ts'

export type Loaders = {
  readonly instrument: DataLoader<Id<'Instrument'>, InstrumentRow | null>
  readonly intervals: DataLoader<Id<'Instrument'>, Interval[]>
  readonly lastPrice: DataLoader<Id<'Instrument'>, LastPriceRow | null>
  /** A loader for each interval, for the whole request. */
  readonly candles: (interval: Interval) => PageLoader<Id<'Instrument'>, CandleRow>
  /** Null also for an order that the viewer may not see. */
  readonly order: DataLoader<Id<'Order'>, OrderRow | null>
  /** Null also for a trade that the viewer may not see. */
  readonly trade: DataLoader<Id<'Trade'>, TradeRow | null>
  /** By the order's id, whoever may see it: check its order. */
  readonly tradeOfOrder: DataLoader<Id<'Order'>, TradeRow | null>
  /** Whoever may see it: check its order. */
  readonly orderTicket: DataLoader<Id<'OrderTicket'>, OrderTicketRow | null>
  /** Whether the viewer may see a post, by what circles has told. */
  readonly isPostVisible: DataLoader<Id<'Post'>, boolean>
  /** By the user's id, whoever may see them: check the user. */
  readonly tradesOfUser: PageLoader<Id<'User'>, TradeRow>
  /** By the signal's id; null also for a signal that the viewer may not see. */
  readonly outcome: DataLoader<Id<'Signal'>, SignalOutcomeRow | null>
}

type Given = { readonly db: Db; readonly now: Date; readonly viewer: Viewer | null }

/** Loaders cache, so they live as long as one request and never longer. All see the market at `now`. */
export const createLoaders = lazyMembers<Given, Loaders>({
  instrument: ({ db }) => new DataLoader((ids) => findInstruments(db, ids)),
  intervals: ({ db, now }) => new DataLoader((ids) => findIntervals(db, ids, now)),
  lastPrice: ({ db, now }) => new DataLoader((ids) => findLastPrices(db, ids, now)),
  candles: ({ db, now }) => {
    const candles = new Map<Interval, ReturnType<Loaders['candles']>>()
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
  order: ({ db, viewer }) => new DataLoader(async (ids) => hideForeign(viewer, await findOrders(db, ids))),
  trade: ({ db, viewer }) => new DataLoader(async (ids) => hideForeign(viewer, await findTrades(db, ids))),
  tradeOfOrder: ({ db }) => new DataLoader((ids) => findTradesOfOrders(db, ids)),
  orderTicket: ({ db }) => new DataLoader((ids) => findOrderTickets(db, ids)),
  isPostVisible: ({ db, viewer }) => new DataLoader((ids) => areVisible(db, ids, viewer?.userId ?? null)),
  tradesOfUser: ({ db }) => createPageLoader((ids, page) => findPagesOfTrades(db, ids, page)),
  outcome: ({ db, viewer }) => new DataLoader((ids) => findVisibleOutcomes(db, ids, viewer?.userId ?? null)),
})

const hideForeign = <Row extends { readonly userId: Id<'User'> }>(viewer: Viewer | null, rows: readonly (Row | null)[]) =>
  rows.map((row) => (row && maySeeOrdersOf(viewer, row.userId) ? row : null))

/** Orders and trades are for their owner and for analysts. */
export const maySeeOrdersOf = (viewer: Viewer | null, userId: Id<'User'>): boolean =>
  viewer?.userId === userId || hasRole(viewer, 'analyst')

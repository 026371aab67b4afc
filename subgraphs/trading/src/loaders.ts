import { type Connection, connectionOf, decidePage, instantKey, type Page, type PageArgs } from '@planet/runtime/connection'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { type CandleRow, candleKey, findIntervals, findLastPrices, findPagesOfCandles, type LastPriceRow } from './db/candle.ts'
import { findInstruments, type InstrumentRow } from './db/instrument.ts'
import { findOrders, type OrderRow } from './db/order.ts'
import { findOrderTickets, type OrderTicketRow } from './db/order-ticket.ts'
import { findVisibleOutcomes, type SignalOutcomeRow } from './db/signal-outcome.ts'
import { findPagesOfTrades, findTrades, findTradesOfOrders, type TradeRow } from './db/trade.ts'
import type { Interval } from './domain/candle.ts'

/** A page of a list that belongs to `parentId`. */
export type PageOf<Kind extends string> = { readonly parentId: Id<Kind>; readonly page: PageArgs }

export type Loaders = {
  readonly instrument: DataLoader<Id<'Instrument'>, InstrumentRow | null>
  readonly intervals: DataLoader<Id<'Instrument'>, Interval[]>
  readonly lastPrice: DataLoader<Id<'Instrument'>, LastPriceRow | null>
  /** A loader for each interval, for the whole request. */
  readonly candles: (interval: Interval) => DataLoader<PageOf<'Instrument'>, Connection<CandleRow>, string>
  /** Null also for an order that the viewer may not see. */
  readonly order: DataLoader<Id<'Order'>, OrderRow | null>
  /** Null also for a trade that the viewer may not see. */
  readonly trade: DataLoader<Id<'Trade'>, TradeRow | null>
  /** By the order's id, whoever may see it: check its order. */
  readonly tradeOfOrder: DataLoader<Id<'Order'>, TradeRow | null>
  /** Whoever may see it: check its order. */
  readonly orderTicket: DataLoader<Id<'OrderTicket'>, OrderTicketRow | null>
  /** By the user's id, whoever may see them: check the user. */
  readonly tradesOfUser: DataLoader<PageOf<'User'>, Connection<TradeRow>, string>
  /** By the signal's id; null also for a signal that the viewer may not see. */
  readonly outcome: DataLoader<Id<'Signal'>, SignalOutcomeRow | null>
}

/** Loaders cache, so they live as long as one request and never longer. All see the market at `now`. */
export function createLoaders(db: Db, now: Date, viewer: Viewer | null): Loaders {
  const hideForeign = <Row extends { readonly userId: Id<'User'> }>(rows: readonly (Row | null)[]) =>
    rows.map((row) => (row && maySeeOrdersOf(viewer, row.userId) ? row : null))
  const candles = new Map<Interval, ReturnType<Loaders['candles']>>()
  return {
    instrument: new DataLoader((ids) => findInstruments(db, ids)),
    intervals: new DataLoader((ids) => findIntervals(db, ids, now)),
    lastPrice: new DataLoader((ids) => findLastPrices(db, ids, now)),
    candles(interval) {
      const known = candles.get(interval)
      if (known) return known
      const loader = pagesLoader<'Instrument', CandleRow>(
        (ids, page) => findPagesOfCandles(db, ids, interval, now, page),
        candleKey,
      )
      candles.set(interval, loader)
      return loader
    },
    order: new DataLoader(async (ids) => hideForeign(await findOrders(db, ids))),
    trade: new DataLoader(async (ids) => hideForeign(await findTrades(db, ids))),
    tradeOfOrder: new DataLoader((ids) => findTradesOfOrders(db, ids)),
    orderTicket: new DataLoader((ids) => findOrderTickets(db, ids)),
    tradesOfUser: pagesLoader<'User', TradeRow>(
      (ids, page) => findPagesOfTrades(db, ids, page),
      (row) => instantKey(row.executedAt, row.id),
    ),
    outcome: new DataLoader((ids) => findVisibleOutcomes(db, ids, viewer?.userId ?? null)),
  }
}

/** Orders and trades are for their owner and for analysts. */
export const maySeeOrdersOf = (viewer: Viewer | null, userId: Id<'User'>): boolean =>
  viewer?.userId === userId || hasRole(viewer, 'analyst')

/** Loads the same page of many parents in one statement; parents asked with other arguments make a statement of their own. */
function pagesLoader<Kind extends string, Row>(
  load: (ids: readonly Id<Kind>[], page: Page) => Promise<readonly (readonly Row[])[]>,
  keyOf: (row: Row) => string,
): DataLoader<PageOf<Kind>, Connection<Row>, string> {
  const argsKey = ({ page }: PageOf<Kind>) => `${page.first} ${page.after ?? ''}`
  const loadGroup = async (args: PageArgs, ids: readonly Id<Kind>[]) => {
    const pages = await load(ids, decidePage(args))
    return new Map(ids.map((id, index) => [id, connectionOf(args, pages[index] ?? [], keyOf)]))
  }
  return new DataLoader(
    async (keys) => {
      const groups = new Map<string, Promise<Map<Id<Kind>, Connection<Row>>>>()
      for (const [name, group] of Map.groupBy(keys, argsKey)) {
        const [first] = group
        if (first) {
          groups.set(
            name,
            loadGroup(
              first.page,
              group.map(({ parentId }) => parentId),
            ),
          )
        }
      }
      const settle = async (key: PageOf<Kind>) => {
        try {
          return (await groups.get(argsKey(key)))?.get(key.parentId) ?? new Error('a page was not loaded')
        } catch (error) {
          // A fault of one page, such as a foreign cursor, is not the fault of the others.
          return error instanceof Error ? error : new Error('a page could not be loaded', { cause: error })
        }
      }
      return Promise.all(keys.map(settle))
    },
    { cacheKeyFn: (key) => `${key.parentId} ${argsKey(key)}` },
  )
}

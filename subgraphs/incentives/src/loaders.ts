import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { findLinkedTrades, type LinkedTrades, type LinkedTradesPage } from './db/linked-trades.ts'
import { findTrades, type TradeRow } from './db/trade.ts'
import { findSourcePosts, type SourcePostPage, type TradeLinkRow } from './db/trade-link.ts'

/** A page of a list that belongs to `parentId`. */
export type PageOf<Kind extends string, Page> = { readonly parentId: Id<Kind>; readonly page: Page }

export type Loaders = {
  /** Null for a post that the viewer may not see. */
  readonly linkedTrades: DataLoader<PageOf<'Post', LinkedTradesPage>, LinkedTrades | null, string>
  /** Links to posts that the viewer may see; whether they may see the trade's is for the caller to check. */
  readonly sourcePosts: DataLoader<PageOf<'Trade', SourcePostPage>, readonly TradeLinkRow[], string>
  /** Whoever may see it. */
  readonly trade: DataLoader<Id<'Trade'>, TradeRow | null>
}

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = (db: Db, viewer: Viewer | null): Loaders => ({
  linkedTrades: pagesLoader((ids, page) => findLinkedTrades(db, ids, viewer, page)),
  sourcePosts: pagesLoader((ids, page) => findSourcePosts(db, ids, viewer, page)),
  trade: new DataLoader((ids) => findTrades(db, ids)),
})

/** Loads the same page of many parents in one statement; parents asked with other arguments make a statement of their own. */
function pagesLoader<Kind extends string, Page, Value>(
  load: (parentIds: readonly Id<Kind>[], page: Page) => Promise<readonly Value[]>,
): DataLoader<PageOf<Kind, Page>, Value, string> {
  const cacheKeyFn = (key: PageOf<Kind, Page>) => JSON.stringify([key.parentId, key.page])
  const batch = async (keys: readonly PageOf<Kind, Page>[]) => {
    const groups = Map.groupBy(keys, ({ page }) => JSON.stringify(page))
    const found = new Map<string, Value>()
    for (const group of groups.values()) {
      const [first] = group
      if (!first) continue
      const parentIds = group.map((key) => key.parentId)
      const values = await load(parentIds, first.page)
      values.forEach((value, i) => {
        const key = group[i]
        if (key) found.set(cacheKeyFn(key), value)
      })
    }
    return keys.map((key) => {
      const value = found.get(cacheKeyFn(key))
      return value === undefined ? new Error('a page was not loaded') : value
    })
  }
  return new DataLoader(batch, { cacheKeyFn })
}

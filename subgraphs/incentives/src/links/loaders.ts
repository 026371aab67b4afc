import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { findLinkedTrades, type LinkedTrades } from './db/linked-trades.ts'
import { findTrades, type TradeRow } from './db/trade.ts'
import { findSourcePosts, type TradeLinkRow } from './db/trade-link.ts'

export type LinksLoaders = {
  /** One entry a post, with the page of its links; none for a post that the viewer may not see. */
  readonly linkedTrades: PageLoader<Id<'Post'>, LinkedTrades>
  /** Links to posts that the viewer may see; whether they may see the trade is for the caller to check. */
  readonly sourcePosts: PageLoader<Id<'Trade'>, TradeLinkRow>
  /** Whoever may see it. */
  readonly trade: DataLoader<Id<'Trade'>, TradeRow | null>
}

type Given = { readonly db: Db; readonly viewer: Viewer | null; readonly now: () => Date }

export const linksLoaders: Makers<LinksLoaders, Given> = {
  linkedTrades: ({ db, viewer, now }) => createPageLoader((ids, page) => findLinkedTrades(db, ids, viewer, page, now())),
  sourcePosts: ({ db, viewer }) => createPageLoader((ids, page) => findSourcePosts(db, ids, viewer, page)),
  trade: ({ db, viewer }) => new DataLoader((ids) => findTrades(db, ids, viewer)),
}

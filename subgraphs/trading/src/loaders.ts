import type { Db } from '@planet/runtime/database'
import { lazyMembers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import { type CopiesLoaders, copiesLoaders } from './copies/loaders.ts'
import { type MarketLoaders, marketLoaders } from './market/loaders.ts'
import { type OrdersLoaders, ordersLoaders } from './orders/loaders.ts'
import { type OutcomesLoaders, outcomesLoaders } from './outcomes/loaders.ts'

export type Loaders = CopiesLoaders & MarketLoaders & OrdersLoaders & OutcomesLoaders

type Given = { readonly db: Db; readonly now: Date; readonly viewer: Viewer | null }

/** Loaders cache, so they live as long as one request and never longer. All see the market at `now`. */
export const createLoaders = lazyMembers<Given, Loaders>({
  ...copiesLoaders,
  ...marketLoaders,
  ...ordersLoaders,
  ...outcomesLoaders,
})

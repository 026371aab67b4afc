import type { Db } from '@planet/runtime/database'
import DataLoader from 'dataloader'
import { type CountsKey, findCounts, findPublicCounts } from './db/creator-day.ts'
import type { Counts, PublicCounts } from './domain/engagement.ts'

export type EngagementLoaders = {
  /** Exact: for analysts and the creator. */
  readonly counts: DataLoader<CountsKey, Counts>
  /** For everybody else. */
  readonly publicCounts: DataLoader<CountsKey, PublicCounts>
}

/** Loaders batch, so they live as long as one request. */
export const engagementLoaders = (db: Db): EngagementLoaders => ({
  counts: new DataLoader((keys) => findCounts(db, keys), { cache: false }),
  publicCounts: new DataLoader((keys) => findPublicCounts(db, keys), { cache: false }),
})

import type { Db } from '@planet/runtime/database'
import DataLoader from 'dataloader'
import { type CountsKey, findCounts } from './db/creator-day.ts'
import type { Counts } from './domain/engagement.ts'

export type Loaders = { readonly counts: DataLoader<CountsKey, Counts> }

/** Loaders batch, so they live as long as one request. */
export const createLoaders = (db: Db): Loaders => ({
  counts: new DataLoader((keys) => findCounts(db, keys), { cache: false }),
})

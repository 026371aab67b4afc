import type { Db } from '@planet/runtime/database'
import { type EngagementLoaders, engagementLoaders } from './engagement/loaders.ts'

export type Loaders = EngagementLoaders

/** Loaders batch, so they live as long as one request. */
export const createLoaders = (db: Db): Loaders => engagementLoaders(db)

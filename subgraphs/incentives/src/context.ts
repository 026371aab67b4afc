import type { Db } from '@planet/runtime/database'
import type { Viewer } from '@planet/runtime/viewer'
import { createLoaders, type Loaders } from './loaders.ts'

/** What one request may use. Built once per request by `createContext`; nothing else is ever added to it. */
export type Context = {
  readonly viewer: Viewer | null
  readonly db: Db
  readonly loaders: Loaders
  readonly now: () => Date
}

export const createContext = (db: Db, now: () => Date, viewer: Viewer | null): Context => ({
  viewer,
  db,
  loaders: createLoaders({ db, viewer, now }),
  now,
})

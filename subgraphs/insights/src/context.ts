import type { Db } from '@planet/runtime/database'
import type { Viewer } from '@planet/runtime/viewer'
import type { Heartbeats } from './heartbeats/heartbeats.ts'
import { createLoaders, type Loaders } from './loaders.ts'

/** What one request may use. Built once per request by `createContext`; nothing else is ever added to it. */
export type Context = {
  readonly viewer: Viewer | null
  readonly loaders: Loaders
  readonly now: () => Date
  readonly hear: Heartbeats['hear']
}

export const createContext = (db: Db, { now, hear }: Pick<Context, 'now' | 'hear'>, viewer: Viewer | null): Context => ({
  viewer,
  loaders: createLoaders(db),
  now,
  hear,
})

import type { Db } from '@planet/runtime/database'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { Viewer } from '@planet/runtime/viewer'
import { createLoaders, type Loaders } from './loaders.ts'
import type { AttributionTokens } from './orders/attribution.ts'

/** What one request may use. Built once per request by `createContext`; nothing else is ever added to it. */
export type Context = {
  readonly viewer: Viewer | null
  readonly db: Db
  readonly loaders: Loaders
  readonly attribution: AttributionTokens
  readonly events: EventLog
  /** The same instant for the whole request, so that it sees one state of the market. */
  readonly now: () => Date
}

export function createContext(parts: Pick<Context, 'db' | 'attribution' | 'events'>, now: Date, viewer: Viewer | null): Context {
  return { ...parts, viewer, loaders: createLoaders({ db: parts.db, now, viewer }), now: () => now }
}

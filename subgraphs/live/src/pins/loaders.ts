import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import DataLoader from 'dataloader'
import { type ContextPinRow, findPins, findPinsOfSessions } from './db/context-pin.ts'

export type PinLoaders = {
  readonly pin: DataLoader<Id<'ContextPin'>, ContextPinRow | null>
  readonly pinsOfSession: DataLoader<Id<'LiveSession'>, ContextPinRow[]>
}

export const pinLoaders: Makers<PinLoaders, { readonly db: Db }> = {
  pin: ({ db }) => new DataLoader((ids) => findPins(db, ids), { cache: false }),
  pinsOfSession: ({ db }) => new DataLoader((ids) => findPinsOfSessions(db, ids), { cache: false }),
}

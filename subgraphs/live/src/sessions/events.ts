import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { BanChanged } from '@planet/runtime/events/live'
import type { SessionBanRow } from './db/session-ban.ts'
import { moments } from './db/tables.ts'

/** Tells the session's timeline that something has happened, in the transaction in which it did. */
export async function recordMoment(tx: Tx, moment: Omit<typeof moments.$inferInsert, 'position'>): Promise<void> {
  await tx.insert(moments).values(moment)
}

/** Tells that a ban began, or ended, as it is now. */
export async function tellBan(tx: Tx, { id: banId, ...ban }: SessionBanRow, at: Date): Promise<void> {
  await emit(tx, BanChanged, at, { banId, ...ban })
}

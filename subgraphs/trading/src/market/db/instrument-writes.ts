import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
import type { Interval } from '../domain/candle.ts'
import type { InstrumentRow } from './instrument.ts'
import { instruments } from './tables.ts'

/** Locks the row until commit against others that want the same; who reads it, or refers to it, goes on. Throws if there is none. */
export async function lockInstrument(tx: Tx, id: Id<'Instrument'>): Promise<void> {
  const [row] = await tx.select({ id: instruments.id }).from(instruments).where(eq(instruments.id, id)).for('no key update')
  if (!row) throw new Error(`no instrument ${id}`)
}

/** Null if its symbol is listed at the venue; waits for a rival that is listing it now. */
export async function insertInstrument(tx: Tx, row: typeof instruments.$inferInsert): Promise<InstrumentRow | null> {
  const [inserted] = await tx.insert(instruments).values(row).onConflictDoNothing().returning()
  return inserted ?? null
}

/** The first interval that is imported is the one that signals are evaluated on, unless the listing named another. */
export async function setSignalIntervalOnce(tx: Tx, id: Id<'Instrument'>, interval: Interval): Promise<void> {
  await tx
    .update(instruments)
    .set({ signalInterval: interval })
    .where(and(eq(instruments.id, id), sql`${instruments.signalInterval} is null`))
}

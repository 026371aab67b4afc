import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { asc, eq, or, sql } from 'drizzle-orm'
import { instruments } from './tables.ts'

export type InstrumentRow = typeof instruments.$inferSelect

export async function findInstrument(db: Db | Tx, id: Id<'Instrument'>): Promise<InstrumentRow | null> {
  const [row] = await db.select().from(instruments).where(eq(instruments.id, id))
  return row ?? null
}

/** How many of `ids` are listed; each counts once. */
export async function countInstruments(db: Db | Tx, ids: readonly Id<'Instrument'>[]): Promise<number> {
  return db.$count(instruments, sql`${instruments.id} = any(${sql.param([...ids])}::uuid[])`)
}

/** Instruments that one of `symbols` may name, by symbol or base asset, in the order of listing. */
export function findInstrumentsNamed(db: Db | Tx, symbols: readonly string[]): Promise<InstrumentRow[]> {
  const names = sql`any(${sql.param([...symbols])}::text[])`
  return db
    .select()
    .from(instruments)
    .where(or(sql`${instruments.symbol} = ${names}`, sql`${instruments.baseAsset} = ${names}`))
    .orderBy(asc(instruments.id))
}

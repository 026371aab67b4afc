import { foreignCursor, type Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { isStorableText } from '@planet/runtime/stored-text'
import { and, asc, eq, sql } from 'drizzle-orm'
import { instruments } from './tables.ts'

export type InstrumentRow = typeof instruments.$inferSelect

const instrumentsByIds = prepareOnce((db) =>
  db
    .select()
    .from(instruments)
    .where(sql`${instruments.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('instruments_by_ids'),
)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findInstruments(db: Db | Tx, ids: readonly Id<'Instrument'>[]): Promise<(InstrumentRow | null)[]> {
  const rows = await instrumentsByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findInstrument(db: Db | Tx, id: Id<'Instrument'>): Promise<InstrumentRow | null> {
  const [row] = await db.select().from(instruments).where(eq(instruments.id, id))
  return row ?? null
}

/** Without a venue, the one that was listed first. */
export async function findInstrumentBySymbol(db: Db | Tx, symbol: string, venue: string | null): Promise<InstrumentRow | null> {
  if (!isStorableText(symbol) || (venue !== null && !isStorableText(venue))) return null
  const [row] = await db
    .select()
    .from(instruments)
    .where(and(eq(instruments.symbol, symbol), venue === null ? undefined : eq(instruments.venue, venue)))
    .orderBy(asc(instruments.listing))
    .limit(1)
  return row ?? null
}

export const instrumentKey = ({ symbol, venue }: Pick<InstrumentRow, 'symbol' | 'venue'>): string =>
  JSON.stringify([symbol, venue])

/** By symbol, then venue. */
export function findInstrumentsPage(db: Db | Tx, page: Page): Promise<InstrumentRow[]> {
  const after = page.after === null ? null : parseInstrumentKey(page.after)
  return db
    .select()
    .from(instruments)
    .where(after ? sql`(${instruments.symbol}, ${instruments.venue}) > (${after.symbol}, ${after.venue})` : undefined)
    .orderBy(asc(instruments.symbol), asc(instruments.venue))
    .limit(page.limit)
}

const KEY = /^\["([^"\\\p{Cc}]+)","([^"\\\p{Cc}]+)"\]$/u

export function parseInstrumentKey(key: string): { symbol: string; venue: string } {
  const [, symbol, venue] = KEY.exec(key) ?? []
  if (symbol === undefined || venue === undefined) throw foreignCursor()
  return { symbol, venue }
}

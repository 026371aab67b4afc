import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, sql } from 'drizzle-orm'
import { orderTickets } from './tables.ts'

export type OrderTicketRow = typeof orderTickets.$inferSelect

/** Rows in the order of `ids`, whosever they are; null where there is none. Made for a loader. */
export async function findOrderTickets(db: Db | Tx, ids: readonly Id<'OrderTicket'>[]): Promise<(OrderTicketRow | null)[]> {
  const rows = await db
    .select()
    .from(orderTickets)
    .where(sql`${orderTickets.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findOrderTicket(db: Db | Tx, id: Id<'OrderTicket'>): Promise<OrderTicketRow | null> {
  const [row] = await db.select().from(orderTickets).where(eq(orderTickets.id, id))
  return row ?? null
}

export async function insertOrderTicket(tx: Tx, row: typeof orderTickets.$inferInsert): Promise<OrderTicketRow> {
  const [inserted] = await tx.insert(orderTickets).values(row).returning()
  if (!inserted) throw new Error(`ticket ${row.id} was not stored`)
  return inserted
}

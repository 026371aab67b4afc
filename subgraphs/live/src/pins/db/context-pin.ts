import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, inArray, isNull } from 'drizzle-orm'
import { contextPins } from './tables.ts'

export type ContextPinRow = typeof contextPins.$inferSelect

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findPins(db: Db | Tx, ids: readonly Id<'ContextPin'>[]): Promise<(ContextPinRow | null)[]> {
  const rows = await db
    .select()
    .from(contextPins)
    .where(inArray(contextPins.id, [...ids]))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getPin(db: Db | Tx, id: Id<'ContextPin'>): Promise<ContextPinRow> {
  const [row] = await findPins(db, [id])
  if (!row) throw new Error(`no pin ${id}`)
  return row
}

/** For each of `sessionIds` the pins that it holds up, oldest first. Made for a loader. */
export async function findPinsOfSessions(db: Db | Tx, sessionIds: readonly Id<'LiveSession'>[]): Promise<ContextPinRow[][]> {
  const rows = await db
    .select()
    .from(contextPins)
    .where(and(inArray(contextPins.sessionId, [...sessionIds]), isNull(contextPins.unpinnedAt)))
    .orderBy(contextPins.pinnedAt, contextPins.id)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return sessionIds.map((id) => bySession.get(id) ?? [])
}

export async function insertPin(tx: Tx, row: typeof contextPins.$inferInsert): Promise<void> {
  await tx.insert(contextPins).values(row)
}

export async function takePinDown(tx: Tx, id: Id<'ContextPin'>, unpinnedAt: Date): Promise<void> {
  await tx.update(contextPins).set({ unpinnedAt }).where(eq(contextPins.id, id))
}

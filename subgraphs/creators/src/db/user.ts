import type { Db, Tx } from '@planet/runtime/database'
import { type Id, parseId } from '@planet/runtime/ids'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { eq, sql } from 'drizzle-orm'
import type { Acquirer } from '../domain/acquisition.ts'
import { creators, users } from './tables.ts'

export type UserRow = typeof users.$inferSelect

const usersByIds = prepareOnce((db) =>
  db
    .select()
    .from(users)
    .where(sql`${users.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('users_by_ids'),
)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findUsers(db: Db | Tx, ids: readonly Id<'User'>[]): Promise<(UserRow | null)[]> {
  const rows = await usersByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findUser(db: Db | Tx, id: Id<'User'>): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id))
  return row ?? null
}

export async function findUserByHandle(db: Db | Tx, handle: string): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.handle, handle))
  return row ?? null
}

export async function getUser(db: Db | Tx, id: Id<'User'>): Promise<UserRow> {
  const row = await findUser(db, id)
  if (!row) throw new Error(`no user ${id}`)
  return row
}

/** What the account behind an id as it was sent is. */
export async function findAcquirer(db: Db | Tx, text: string): Promise<Acquirer> {
  const id = parseId<'User'>(text)
  if (!id) return null
  const [row] = await db
    .select({ creatorId: creators.id })
    .from(users)
    .leftJoin(creators, eq(creators.id, users.id))
    .where(eq(users.id, id))
  return row ? (row.creatorId ? 'CREATOR' : 'USER') : null
}

/** Null if the handle is taken; waits for a rival that is registering it now. */
export async function insertUser(tx: Tx, row: typeof users.$inferInsert): Promise<UserRow | null> {
  const [inserted] = await tx.insert(users).values(row).onConflictDoNothing().returning()
  return inserted ?? null
}

/** Null if there is no such user. Locks its row until commit, so that one thing after the other is held of it. */
export async function updateIdentity(
  tx: Tx,
  id: Id<'User'>,
  identity: { readonly isVerified: boolean; readonly identityClusterId: string },
): Promise<UserRow | null> {
  const [updated] = await tx.update(users).set(identity).where(eq(users.id, id)).returning()
  return updated ?? null
}

import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { circleMembers, creators, instruments, posts, postVersions, sessions, users } from './tables.ts'

/** Keeps the newest state, also if an older one is heard of again. */
export async function setMembership(tx: Tx, row: typeof circleMembers.$inferInsert): Promise<void> {
  const { isMember, revision } = row
  await tx
    .insert(circleMembers)
    .values(row)
    .onConflictDoUpdate({
      target: [circleMembers.userId, circleMembers.circleId],
      set: { isMember, revision },
      setWhere: sql`${circleMembers.revision} < excluded.revision`,
    })
}

export async function insertCreatorOnce(tx: Tx, id: Id<'User'>): Promise<void> {
  await tx.insert(creators).values({ id }).onConflictDoNothing()
}

export async function insertSessionOnce(tx: Tx, id: Id<'LiveSession'>): Promise<void> {
  await tx.insert(sessions).values({ id }).onConflictDoNothing()
}

export async function insertInstrumentOnce(tx: Tx, row: typeof instruments.$inferInsert): Promise<void> {
  await tx.insert(instruments).values(row).onConflictDoNothing()
}

export async function insertPostOnce(tx: Tx, row: typeof posts.$inferInsert): Promise<void> {
  await tx.insert(posts).values(row).onConflictDoNothing()
}

export async function insertPostVersionOnce(tx: Tx, row: typeof postVersions.$inferInsert): Promise<void> {
  await tx.insert(postVersions).values(row).onConflictDoNothing()
}

export async function setRetracted(tx: Tx, id: Id<'Post'>, retractedAt: Date): Promise<void> {
  await tx
    .update(posts)
    .set({ retractedAt })
    .where(and(eq(posts.id, id), isNull(posts.retractedAt)))
}

/** A user without a check is a cluster of its own. */
export async function insertUserOnce(tx: Tx, id: Id<'User'>): Promise<void> {
  await tx.insert(users).values({ id, identityClusterId: id }).onConflictDoNothing()
}

export async function setIdentityCluster(tx: Tx, id: Id<'User'>, identityClusterId: string): Promise<void> {
  await tx.insert(users).values({ id, identityClusterId }).onConflictDoUpdate({ target: users.id, set: { identityClusterId } })
}

import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { holdsAt } from '@planet/runtime/interval'
import { and, eq } from 'drizzle-orm'
import { roles } from './tables.ts'

export type RoleRow = typeof roles.$inferSelect

export async function insertRole(tx: Tx, row: typeof roles.$inferInsert): Promise<void> {
  await tx.insert(roles).values(row)
}

/** The roles kept here that the user had at `at`, at most one of each. */
export const findRolesAt = (db: Db | Tx, userId: Id<'User'>, at: Date): Promise<RoleRow[]> =>
  db
    .select()
    .from(roles)
    .where(and(eq(roles.userId, userId), holdsAt(roles, at)))

import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { circleMembers } from './tables.ts'

export async function findCircleIdsOfUser(db: Db | Tx, userId: Id<'User'>): Promise<Id<'Circle'>[]> {
  const rows = await db.select({ circleId: circleMembers.circleId }).from(circleMembers).where(eq(circleMembers.userId, userId))
  return rows.map((row) => row.circleId)
}

import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { circleMembers, posts } from './tables.ts'

/** Who looks at a post. */
export type Reader = { readonly userId: Id<'User'> | Placeholder }

/** Whether the viewer may see a row of `posts`: everybody, or for a circle's post its members and its author. */
export function isVisibleTo(viewer: Reader | null): SQL {
  if (!viewer) return sql`${posts.audience} = 'PUBLIC'`
  return sql`(${posts.audience} = 'PUBLIC' or ${posts.authorId} = ${viewer.userId} or ${isMemberOfCircle(viewer.userId)})`
}

const isMemberOfCircle = (userId: Id<'User'> | Placeholder): SQL => sql`exists (
  select from ${circleMembers} member where member.user_id = ${userId} and member.circle_id = ${posts.circleId} and member.is_member
)`

/** Whether there is such a circle: its host is a member from the first moment. */
export async function isCircle(db: Db | Tx, circleId: Id<'Circle'>): Promise<boolean> {
  const [anybody] = await db
    .select({ userId: circleMembers.userId })
    .from(circleMembers)
    .where(eq(circleMembers.circleId, circleId))
    .limit(1)
  return anybody !== undefined
}

import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { holdsAt } from '@planet/runtime/interval'
import { olderThan } from '@planet/runtime/older-than'
import { and, desc, eq, lte } from 'drizzle-orm'
import type { MemberRow } from './member.ts'
import { members } from './tables.ts'

/** Where the user stood with the circle at `at`, why and since when; null if they had not asked yet. */
export async function findStandingAt(
  db: Db | Tx,
  { userId, circleId, at }: { readonly userId: Id<'User'>; readonly circleId: Id<'Circle'>; readonly at: Date },
): Promise<MemberRow | null> {
  // Of those that have begun the newest holds: each lasts until the next one begins.
  const [row] = await db
    .select()
    .from(members)
    .where(and(eq(members.circleId, circleId), eq(members.userId, userId), lte(members.from, at)))
    .orderBy(desc(members.revision))
    .limit(1)
  return row ?? null
}

/** Who was a member of the circle at `at`, latest joined first; pages by `from` and user. */
export function findMembersAt(db: Db | Tx, circleId: Id<'Circle'>, at: Date, page: Page): Promise<MemberRow[]> {
  return db
    .select()
    .from(members)
    .where(
      and(
        eq(members.circleId, circleId),
        eq(members.state, 'MEMBER'),
        holdsAt(members, at),
        olderThan(page, members.from, members.userId),
      ),
    )
    .orderBy(desc(members.from), desc(members.userId))
    .limit(page.limit)
}

/** Of which circles the user was a member at `at`, latest joined first; pages by `from` and circle. */
export function findMembershipsAt(db: Db | Tx, userId: Id<'User'>, at: Date, page: Page): Promise<MemberRow[]> {
  return db
    .select()
    .from(members)
    .where(
      and(
        eq(members.userId, userId),
        eq(members.state, 'MEMBER'),
        holdsAt(members, at),
        olderThan(page, members.from, members.circleId),
      ),
    )
    .orderBy(desc(members.from), desc(members.circleId))
    .limit(page.limit)
}

import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { holdsAt } from '@planet/runtime/interval'
import { olderThan } from '@planet/runtime/older-than'
import { and, desc, eq } from 'drizzle-orm'
import { follows } from './tables.ts'

export type FollowRow = typeof follows.$inferSelect

/** Who followed the creator at `at`, latest first; pages by `from` and user. */
export function findFollowersAt(db: Db | Tx, creatorId: Id<'User'>, at: Date, page: Page): Promise<FollowRow[]> {
  return db
    .select()
    .from(follows)
    .where(and(eq(follows.creatorId, creatorId), holdsAt(follows, at), olderThan(page, follows.from, follows.userId)))
    .orderBy(desc(follows.from), desc(follows.userId))
    .limit(page.limit)
}

/** Whom the user followed at `at`, latest first; pages by `from` and creator. */
export function findFollowedAt(db: Db | Tx, userId: Id<'User'>, at: Date, page: Page): Promise<FollowRow[]> {
  return db
    .select()
    .from(follows)
    .where(and(eq(follows.userId, userId), holdsAt(follows, at), olderThan(page, follows.from, follows.creatorId)))
    .orderBy(desc(follows.from), desc(follows.creatorId))
    .limit(page.limit)
}

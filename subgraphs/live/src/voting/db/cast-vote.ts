import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, gt, lte } from 'drizzle-orm'
import type { UserPage } from '../../user-page.ts'
import { castVotes } from './tables.ts'

export type CastVoteRow = typeof castVotes.$inferSelect

/** The vote of each user that counted in the session at `at`: the latest that was cast by then. */
export function findVotesAt(db: Db | Tx, sessionId: Id<'LiveSession'>, at: Date, page: UserPage): Promise<CastVoteRow[]> {
  const { afterUserId, limit } = page
  return db
    .selectDistinctOn([castVotes.userId])
    .from(castVotes)
    .where(
      and(
        eq(castVotes.sessionId, sessionId),
        lte(castVotes.castAt, at),
        afterUserId === null ? undefined : gt(castVotes.userId, afterUserId),
      ),
    )
    .orderBy(castVotes.userId, desc(castVotes.revision))
    .limit(limit)
}

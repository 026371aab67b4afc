import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { liveSessions, voters, votes } from './tables.ts'

type VoteRow = typeof votes.$inferSelect

/**
 * Stores the vote in place of the voter's earlier one and counts it as a change of the session's consensus; the session
 * after that. Lock the session first. One statement, because all votes of a session wait for each other.
 */
export async function storeVote(
  tx: Tx,
  vote: Pick<VoteRow, 'sessionId' | 'userId' | 'probabilityUp' | 'castAt'>,
): Promise<{ readonly revision: number; readonly session: typeof liveSessions.$inferSelect }> {
  const { sessionId, probabilityUp, castAt } = vote
  const upsert = tx
    .insert(votes)
    .values({ ...vote, revision: 1 })
    .onConflictDoUpdate({
      target: [votes.sessionId, votes.userId],
      set: { probabilityUp, castAt, revision: sql`${votes.revision} + 1` },
    })
    .returning({ revision: votes.revision })
  const stored = tx.$with('stored').as(upsert)
  const [counted] = await tx
    .with(stored)
    .update(liveSessions)
    .set({
      consensusSeq: sql`${liveSessions.consensusSeq} + 1`,
      voterCount: sql`${liveSessions.voterCount} + case when ${stored.revision} = 1 then 1 else 0 end`,
    })
    .from(stored)
    .where(eq(liveSessions.id, sessionId))
    .returning({ revision: stored.revision, session: getTableColumns(liveSessions) })
  if (!counted) throw new Error(`no session ${sessionId}`)
  return counted
}

/** Keeps what is known of the voters now with their votes, so that later checks change nothing about an ended session. */
export async function freezeVotes(tx: Tx, sessionId: Id<'LiveSession'>): Promise<void> {
  const known = (column: SQL) => sql`(select ${column} from ${voters} known where known.user_id = ${votes}.user_id)`
  await tx
    .update(votes)
    .set({
      finalIsVerified: sql`coalesce(${known(sql`is_verified`)}, false)`,
      finalIdentityClusterId: sql`coalesce(${known(sql`identity_cluster_id`)}, user_id)`,
    })
    .where(eq(votes.sessionId, sessionId))
}

import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, type SQL, sql } from 'drizzle-orm'
import { voters, votes } from './tables.ts'

type VoteRow = typeof votes.$inferSelect

/** Stores the vote in place of the voter's earlier one; its revision. Lock the session first. */
export async function upsertVote(
  tx: Tx,
  vote: Pick<VoteRow, 'sessionId' | 'userId' | 'probabilityUp' | 'castAt'>,
): Promise<{ revision: number }> {
  const { probabilityUp, castAt } = vote
  const [stored] = await tx
    .insert(votes)
    .values({ ...vote, revision: 1 })
    .onConflictDoUpdate({
      target: [votes.sessionId, votes.userId],
      set: { probabilityUp, castAt, revision: sql`${votes.revision} + 1` },
    })
    .returning({ revision: votes.revision })
  if (!stored) throw new Error(`vote of ${vote.userId} in ${vote.sessionId} was not stored`)
  return stored
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

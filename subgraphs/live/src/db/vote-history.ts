import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
import { MIN_COMMON_VOTES, type VoteHistory } from '../domain/identity-cluster.ts'
import { predictions, predictionVotes } from './tables.ts'

/** Votes of one account that are looked at, the latest. */
const MAX_HISTORY = 200

/** A settled prediction whose votes have not been searched for accounts that vote as one. */
export async function findUnsearchedPrediction(db: Db | Tx): Promise<Id<'Prediction'> | null> {
  const [row] = await db
    .select({ id: predictions.id })
    .from(predictions)
    .where(and(eq(predictions.state, 'SETTLED'), eq(predictions.isSearched, false)))
    .orderBy(predictions.id)
    .limit(1)
  return row?.id ?? null
}

export async function markSearched(tx: Tx, id: Id<'Prediction'>): Promise<void> {
  await tx.update(predictions).set({ isSearched: true }).where(eq(predictions.id, id))
}

/** The scored votes of everybody who voted on the prediction and has enough of them to be compared. */
export async function findHistories(db: Db | Tx, predictionId: Id<'Prediction'>): Promise<VoteHistory[]> {
  const rows = await db.execute<{ user_id: Id<'User'>; votes: Record<string, number> }>(sql`
    select history.user_id, history.votes from ${predictionVotes} voter
    cross join lateral (
      select latest.user_id, json_object_agg(latest.prediction_id, latest.probability_up) as votes, count(*) as vote_count
      from (
        select v.* from ${predictionVotes} v where v.user_id = voter.user_id and v.is_scored
        order by v.prediction_id desc limit ${MAX_HISTORY}
      ) latest
      group by latest.user_id
    ) history
    where voter.prediction_id = ${predictionId}::uuid and voter.is_scored and history.vote_count >= ${MIN_COMMON_VOTES}
    order by history.user_id`)
  return rows.map((row) => ({ userId: row.user_id, probabilities: new Map(Object.entries(row.votes)) }))
}

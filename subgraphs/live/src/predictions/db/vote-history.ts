import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
import { MIN_COMMON_VOTES, type VoteHistory } from '../../voting/domain/identity-cluster.ts'
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

/** Voters whose histories are read in one statement. */
const CHUNK = 500

/** The scored votes of everybody who voted on the prediction and has enough of them to be compared. */
export async function findHistories(db: Db | Tx, predictionId: Id<'Prediction'>): Promise<VoteHistory[]> {
  const voters = await db
    .select({ userId: predictionVotes.userId })
    .from(predictionVotes)
    .where(and(eq(predictionVotes.predictionId, predictionId), eq(predictionVotes.isScored, true)))
    .orderBy(predictionVotes.userId)
  const histories: VoteHistory[] = []
  for (let from = 0; from < voters.length; from += CHUNK) {
    const userIds = voters.slice(from, from + CHUNK).map((voter) => voter.userId)
    histories.push(...(await findHistoriesOf(db, userIds)))
  }
  return histories
}

async function findHistoriesOf(db: Db | Tx, userIds: readonly Id<'User'>[]): Promise<VoteHistory[]> {
  const rows = await db.execute<{ user_id: Id<'User'>; votes: Record<string, number> }>(sql`
    select voter.id as user_id, history.votes from unnest(${sql.param([...userIds])}::uuid[]) voter(id)
    cross join lateral (
      select json_object_agg(latest.prediction_id, latest.probability_up) as votes, count(*) as vote_count
      from (
        select v.prediction_id, v.probability_up from ${predictionVotes} v where v.user_id = voter.id and v.is_scored
        order by v.prediction_id desc limit ${MAX_HISTORY}
      ) latest
    ) history
    where history.vote_count >= ${MIN_COMMON_VOTES}
    order by voter.id`)
  return rows.map((row) => ({ userId: row.user_id, probabilities: new Map(Object.entries(row.votes)) }))
}

import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { predictionVotes } from '../../predictions/db/tables.ts'
import { voters } from './tables.ts'

type UserId = Id<'User'>

/** A newly registered user is unverified and a cluster of their own. */
export async function insertVoterOnce(tx: Tx, userId: UserId): Promise<void> {
  await tx.insert(voters).values({ userId, isVerified: false, identityClusterId: userId }).onConflictDoNothing()
}

/** True if this call changed what is known of the voter. */
export async function setVoter(
  tx: Tx,
  row: Pick<typeof voters.$inferSelect, 'userId' | 'isVerified' | 'identityClusterId'>,
): Promise<boolean> {
  const { isVerified, identityClusterId } = row
  const changed = await tx
    .insert(voters)
    .values(row)
    .onConflictDoUpdate({
      target: voters.userId,
      set: { isVerified, identityClusterId },
      setWhere: sql`(${voters.isVerified}, ${voters.identityClusterId}) is distinct from (excluded.is_verified, excluded.identity_cluster_id)`,
    })
    .returning({ userId: voters.userId })
  return changed.length > 0
}

/** Adds the outcome of a prediction to the record of everybody whose vote on it is scored; who they are. */
export async function addToRecords(tx: Tx, predictionId: Id<'Prediction'>, isUp: boolean): Promise<UserId[]> {
  const outcome = sql`${isUp ? 1 : 0}::int`
  const rows = await tx.execute<{ user_id: UserId }>(sql`
    insert into ${voters} as v (user_id, is_verified, identity_cluster_id, settled_count, brier_sum, up_count)
    select scored.user_id, false, scored.user_id, 1, power(scored.probability_up - ${outcome}, 2), ${outcome}
    from ${predictionVotes} scored where scored.prediction_id = ${predictionId}::uuid and scored.is_scored
    order by scored.user_id
    on conflict (user_id) do update set settled_count = v.settled_count + 1, brier_sum = v.brier_sum + excluded.brier_sum,
      up_count = v.up_count + excluded.up_count
    returning v.user_id`)
  return rows.map((row) => row.user_id)
}

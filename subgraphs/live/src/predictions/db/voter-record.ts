import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { voters } from '../../copies/db/tables.ts'
import { predictionVotes } from './tables.ts'

/** Adds the outcome of a prediction to the record of everybody whose vote on it is scored; who they are. */
export async function addToRecords(tx: Tx, predictionId: Id<'Prediction'>, isUp: boolean): Promise<Id<'User'>[]> {
  const outcome = sql`${isUp ? 1 : 0}::int`
  const rows = await tx.execute<{ user_id: Id<'User'> }>(sql`
    insert into ${voters} as v (user_id, is_verified, identity_cluster_id, settled_count, brier_sum, up_count)
    select scored.user_id, false, scored.user_id, 1, power(scored.probability_up - ${outcome}, 2), ${outcome}
    from ${predictionVotes} scored where scored.prediction_id = ${predictionId}::uuid and scored.is_scored
    order by scored.user_id
    on conflict (user_id) do update set settled_count = v.settled_count + 1, brier_sum = v.brier_sum + excluded.brier_sum,
      up_count = v.up_count + excluded.up_count
    returning v.user_id`)
  return rows.map((row) => row.user_id)
}

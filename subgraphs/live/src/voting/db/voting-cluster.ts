import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { voters } from '../../copies/db/tables.ts'
import { clusterIdentities } from '../domain/identity-cluster.ts'
import { votingPairs } from './tables.ts'

type UserId = Id<'User'>

/** Stores which of `userIds` vote as one, in place of what was known of them among themselves. */
export async function replacePairs(
  tx: Tx,
  userIds: readonly UserId[],
  pairs: readonly (readonly [UserId, UserId])[],
): Promise<void> {
  const users = sql`${sql.param([...userIds])}::uuid[]`
  await tx.execute(sql`delete from ${votingPairs} p where p.user_id = any(${users}) and p.other_id = any(${users})`)
  if (pairs.length === 0) return
  const rows = pairs.map(([a, b]) => (a < b ? { userId: a, otherId: b } : { userId: b, otherId: a }))
  await tx.insert(votingPairs).values(rows).onConflictDoNothing()
}

/**
 * Joins the clusters that creators knows with the pairs that vote as one; the voters whose cluster this call has changed.
 * Cheap while there are no pairs.
 */
export async function refreshVotingClusters(tx: Tx): Promise<UserId[]> {
  // Two at a time would each miss what the other adds.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('live.voting_cluster', 0))`)
  const pairs = await tx.select().from(votingPairs)
  const paired = pairs.flatMap((pair) => [pair.userId, pair.otherId])
  const rows = await tx.execute<{ user_id: UserId; identity_cluster_id: string }>(sql`
    select v.user_id, v.identity_cluster_id from ${voters} v
    where v.voting_cluster_id is not null or v.identity_cluster_id in (
      select known.identity_cluster_id from ${voters} known where known.user_id = any(${sql.param(paired)}::uuid[])
    )`)
  const accounts = rows.map((row) => ({ userId: row.user_id, traits: [`person:${row.identity_cluster_id}`] }))
  const clusters = clusterIdentities(
    accounts,
    pairs.map((pair) => [pair.userId, pair.otherId] as const),
  )
  const joined = new Set(paired.map((userId) => clusters.get(userId)))
  const wanted = accounts.map(({ userId }) => {
    const cluster = clusters.get(userId)
    return cluster !== undefined && joined.has(cluster) ? cluster : null
  })
  const changed = await tx.execute<{ user_id: UserId }>(sql`
    update ${voters} v set voting_cluster_id = wanted.cluster_id
    from unnest(${sql.param(accounts.map((account) => account.userId))}::uuid[], ${sql.param(wanted)}::uuid[]) wanted(user_id, cluster_id)
    where v.user_id = wanted.user_id and v.voting_cluster_id is distinct from wanted.cluster_id
    returning v.user_id`)
  return changed.map((row) => row.user_id)
}

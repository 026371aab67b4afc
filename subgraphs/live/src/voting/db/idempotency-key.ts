import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { idempotencyKeys } from '../../db/tables.ts'

/** A key that a user has sent with `castVote`; at most one per user in a call. */
export type VoteKey = { readonly userId: Id<'User'>; readonly key: string; readonly inputHash: string }

const columnsOf = (keys: readonly VoteKey[]) => sql`unnest(
  ${sql.param(keys.map((key) => key.userId))}::uuid[], ${sql.param(keys.map((key) => key.key))}::text[],
  ${sql.param(keys.map((key) => key.inputHash))}::text[]
) sent(user_id, key, input_hash)`

/** Claims the keys; the users whose key was not claimed before. Waits for rivals that are still at work. */
export async function insertKeys(
  tx: Tx,
  keys: readonly VoteKey[],
  sessionId: Id<'LiveSession'>,
  at: Date,
): Promise<ReadonlySet<Id<'User'>>> {
  if (keys.length === 0) return new Set()
  // In one order, so that two that claim the same keys cannot block each other.
  const rows = await tx.execute<{ user_id: Id<'User'> }>(sql`
    insert into ${idempotencyKeys} (user_id, mutation, key, input_hash, result_id, at)
    select sent.user_id, 'castVote', sent.key, sent.input_hash, ${sessionId}, ${at.toISOString()}::timestamptz
    from ${columnsOf(keys)} order by sent.user_id, sent.key
    on conflict do nothing returning user_id`)
  return new Set(rows.map((row) => row.user_id))
}

/** The input's hash that each key was claimed with, by user; users whose key is free are left out. */
export async function findKeys(tx: Tx, keys: readonly VoteKey[]): Promise<ReadonlyMap<Id<'User'>, string>> {
  const rows = await tx.execute<{ user_id: Id<'User'>; input_hash: string }>(sql`
    select known.user_id, known.input_hash from ${columnsOf(keys)}
    join ${idempotencyKeys} known on known.user_id = sent.user_id and known.mutation = 'castVote' and known.key = sent.key`)
  return new Map(rows.map((row) => [row.user_id, row.input_hash]))
}

import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
import type { LiveSessionRow } from '../../sessions/db/live-session.ts'
import { liveSessions } from '../../sessions/db/tables.ts'
import type { Vote } from '../domain/vote.ts'
import { castVotes, votes } from './tables.ts'

export type VoteRow = typeof votes.$inferSelect

/** A vote with the number of the session's change that it is. */
export type NewVote = { readonly userId: Id<'User'>; readonly probabilityUp: number; readonly changeSeq: number }

/**
 * Stores the votes, at most one per voter: each counts in place of its voter's earlier one, and is kept beside it as cast. The
 * revision of each voter's vote and the session after that. `session` is locked by the caller, as it stands. One statement, because the votes of a session wait
 * for each other.
 */
export async function storeVotes(
  tx: Tx,
  session: LiveSessionRow,
  cast: readonly NewVote[],
  castAt: Date,
): Promise<{ readonly revisions: ReadonlyMap<Id<'User'>, number>; readonly session: LiveSessionRow }> {
  const consensusSeq = session.consensusSeq + cast.length
  const rows = await tx.execute<{ user_id: Id<'User'>; revision: number }>(sql`
    with stored as (
      insert into ${votes} as v (session_id, user_id, probability_up, cast_at, revision, change_seq)
      select ${session.id}::uuid, c.user_id, c.probability_up, ${castAt.toISOString()}::timestamptz, 1, c.change_seq
      from unnest(
        ${sql.param(cast.map((vote) => vote.userId))}::uuid[],
        ${sql.param(cast.map((vote) => vote.probabilityUp))}::float8[],
        ${sql.param(cast.map((vote) => vote.changeSeq))}::int[]
      ) c(user_id, probability_up, change_seq)
      on conflict (session_id, user_id) do update set probability_up = excluded.probability_up, cast_at = excluded.cast_at,
        change_seq = excluded.change_seq, revision = v.revision + 1
      returning v.user_id, v.revision, v.probability_up, v.change_seq
    ), kept as (
      insert into ${castVotes} (session_id, user_id, revision, probability_up, cast_at, seq)
      select ${session.id}::uuid, user_id, revision, probability_up, ${castAt.toISOString()}::timestamptz, change_seq from stored
    ), counted as (
      update ${liveSessions} set consensus_seq = ${consensusSeq}::int,
        voter_count = voter_count + (select count(*) from stored where revision = 1)::int
      where id = ${session.id}::uuid
    )
    select user_id, revision from stored`)
  const revisions = new Map(rows.map((row) => [row.user_id, row.revision]))
  const newVoters = rows.filter((row) => row.revision === 1).length
  return { revisions, session: { ...session, consensusSeq, voterCount: session.voterCount + newVoters } }
}

/** For each of `sessionIds` the vote of `userId`; null where there is none. Made for a loader. */
export async function findVotesOfUser(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
  userId: Id<'User'>,
): Promise<(VoteRow | null)[]> {
  const rows = await db
    .select()
    .from(votes)
    .where(and(eq(votes.userId, userId), sql`${votes.sessionId} = any(${sql.param([...sessionIds])}::uuid[])`))
  const bySession = new Map(rows.map((row) => [row.sessionId, row]))
  return sessionIds.map((id) => bySession.get(id) ?? null)
}

/** Keeps the votes as they weigh now, so that no later check or record changes an ended session. */
export async function freezeVotes(tx: Tx, sessionId: Id<'LiveSession'>, weighed: readonly Vote[]): Promise<void> {
  await tx.execute(sql`
    update ${votes} as v set final_weight = w.weight, final_identity_cluster_id = w.cluster_id
    from unnest(
      ${sql.param(weighed.map((vote) => vote.voterId))}::uuid[],
      ${sql.param(weighed.map((vote) => vote.weight))}::float8[],
      ${sql.param(weighed.map((vote) => vote.identityClusterId))}::uuid[]
    ) w(user_id, weight, cluster_id)
    where v.session_id = ${sessionId}::uuid and v.user_id = w.user_id`)
}

/**
 * Counts a change of the consensus in every live session that any of `userIds` has voted in, and marks their votes as
 * changed; the sessions, sorted.
 */
export async function countReweighing(tx: Tx, userIds: readonly Id<'User'>[]): Promise<Id<'LiveSession'>[]> {
  const users = sql`${sql.param([...userIds])}::uuid[]`
  const rows = await tx.execute<{ id: Id<'LiveSession'> }>(sql`
    with voted as (
      select s.id from ${liveSessions} s
      where s.status = 'LIVE' and exists (select from ${votes} v where v.session_id = s.id and v.user_id = any(${users}))
      order by s.id for update of s
    ), counted as (
      update ${liveSessions} s set consensus_seq = s.consensus_seq + 1 from voted where s.id = voted.id
      returning s.id, s.consensus_seq
    )
    update ${votes} v set change_seq = counted.consensus_seq from counted
    where v.session_id = counted.id and v.user_id = any(${users})
    returning v.session_id as id`)
  return [...new Set(rows.map((row) => row.id))].sort()
}

import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Watch } from '../domain/attendance.ts'
import { presences } from './tables.ts'

type SessionId = Id<'LiveSession'>
type UserId = Id<'User'>

/** The watches of the session that may last, of those of `userIds` who have one. */
export async function findPresences(tx: Tx, sessionId: SessionId, userIds: readonly UserId[]): Promise<Map<UserId, Watch>> {
  const rows = await tx
    .select()
    .from(presences)
    .where(and(eq(presences.sessionId, sessionId), sql`${presences.userId} = any(${sql.param([...userIds])}::uuid[])`))
  return new Map(rows.map((row) => [row.userId, watchOf(row)]))
}

/** Stores each user's watch in place of the one that was known. One statement for all. */
export async function putPresences(tx: Tx, sessionId: SessionId, watches: ReadonlyMap<UserId, Watch>): Promise<void> {
  if (watches.size === 0) return
  const instants = (instantOf: (watch: Watch) => Date) =>
    sql`${sql.param([...watches.values()].map((watch) => instantOf(watch).toISOString()))}::timestamptz[]`
  await tx.execute(sql`
    insert into ${presences} (session_id, user_id, first_at, first_seen_at, last_at, last_seen_at)
    select ${sessionId}::uuid, seen.* from unnest(
      ${sql.param([...watches.keys()])}::uuid[], ${instants((watch) => watch.first.at)}, ${instants((watch) => watch.first.seenAt)},
      ${instants((watch) => watch.last.at)}, ${instants((watch) => watch.last.seenAt)}
    ) seen
    on conflict (session_id, user_id) do update set first_at = excluded.first_at, first_seen_at = excluded.first_seen_at,
      last_at = excluded.last_at, last_seen_at = excluded.last_seen_at`)
}

/** Forgets, and gives, at most `limit` watches of the session whose latest sign of life came by `seenBy`; null: of them all. */
export async function takePresences(
  tx: Tx,
  sessionId: SessionId,
  seenBy: Date | null,
  limit: number,
): Promise<{ readonly userId: UserId; readonly watch: Watch }[]> {
  const gone = tx
    .select({ userId: presences.userId })
    .from(presences)
    .where(and(eq(presences.sessionId, sessionId), seenBy ? lte(presences.lastSeenAt, seenBy) : undefined))
    .limit(limit)
  const rows = await tx
    .delete(presences)
    .where(and(eq(presences.sessionId, sessionId), inArray(presences.userId, gone)))
    .returning()
  return rows.map((row) => ({ userId: row.userId, watch: watchOf(row) }))
}

const watchOf = (row: typeof presences.$inferSelect): Watch => ({
  first: { at: row.firstAt, seenAt: row.firstSeenAt },
  last: { at: row.lastAt, seenAt: row.lastSeenAt },
})

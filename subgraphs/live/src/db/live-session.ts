import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { LiveStatus } from '../domain/session.ts'
import { liveSessionPosts, liveSessions } from './tables.ts'

type SessionId = Id<'LiveSession'>

export type LiveSessionRow = typeof liveSessions.$inferSelect

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findSessions(db: Db | Tx, ids: readonly SessionId[]): Promise<(LiveSessionRow | null)[]> {
  const rows = await db
    .select()
    .from(liveSessions)
    .where(sql`${liveSessions.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getSession(db: Db | Tx, id: SessionId): Promise<LiveSessionRow> {
  const [row] = await findSessions(db, [id])
  if (!row) throw new Error(`no session ${id}`)
  return row
}

/** Locks the session until commit: its status stands, and its votes are counted one at a time. */
export async function lockSession(tx: Tx, id: SessionId): Promise<LiveSessionRow | null> {
  const [row] = await tx.select().from(liveSessions).where(eq(liveSessions.id, id)).for('update')
  return row ?? null
}

/** Latest scheduled first. */
export function findSessionsPage(db: Db | Tx, status: LiveStatus | null, page: Page): Promise<LiveSessionRow[]> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  return db
    .select()
    .from(liveSessions)
    .where(
      and(
        status === null ? undefined : eq(liveSessions.status, status),
        after
          ? sql`(${liveSessions.scheduledFor}, ${liveSessions.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(liveSessions.scheduledFor), desc(liveSessions.id))
    .limit(page.limit)
}

/** For each of `hostIds` the sessions it hosts, latest scheduled first. One statement for all. */
export async function findPagesOfHosts(
  db: Db | Tx,
  hostIds: readonly Id<'User'>[],
  page: Page,
): Promise<Map<Id<'User'>, LiveSessionRow[]>> {
  const ofParent = sql`from ${liveSessions} s where s.host_id = parent.id`
  return findPages(db, hostIds, ofParent, page)
}

/** For each of `postIds` the sessions it was announced for, latest scheduled first. One statement for all. */
export async function findPagesOfPosts(
  db: Db | Tx,
  postIds: readonly Id<'Post'>[],
  page: Page,
): Promise<Map<Id<'Post'>, LiveSessionRow[]>> {
  const ofParent = sql`from ${liveSessionPosts} p join ${liveSessions} s on s.id = p.session_id where p.post_id = parent.id`
  return findPages(db, postIds, ofParent, page)
}

/** `ofParent` is the from and where clause that finds the sessions `s` of `parent.id`. */
async function findPages<Parent extends string>(
  db: Db | Tx,
  parentIds: readonly Parent[],
  ofParent: SQL,
  page: Page,
): Promise<Map<Parent, LiveSessionRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const isAfter = after ? sql`(s.scheduled_for, s.id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)` : sql`true`
  const pages = sql`(
    select parent.id as parent_id, page.id as session_id from unnest(${sql.param([...parentIds])}::uuid[]) parent(id)
    cross join lateral (
      select s.id ${ofParent} and ${isAfter} order by s.scheduled_for desc, s.id desc limit ${page.limit}
    ) page
  ) pages`
  const rows = await db
    .select({
      parentId: sql<string>`pages.parent_id`,
      session: getTableColumns(liveSessions),
    })
    .from(liveSessions)
    .innerJoin(pages, sql`pages.session_id = ${liveSessions.id}`)
    .orderBy(desc(liveSessions.scheduledFor), desc(liveSessions.id))
  const byParent = Map.groupBy(rows, (row) => row.parentId)
  return new Map(parentIds.map((id) => [id, (byParent.get(id) ?? []).map((row) => row.session)]))
}

export async function insertSession(
  tx: Tx,
  session: typeof liveSessions.$inferInsert,
  postIds: readonly Id<'Post'>[],
): Promise<void> {
  await tx.insert(liveSessions).values(session)
  if (postIds.length === 0) return
  await tx.insert(liveSessionPosts).values(postIds.map((postId) => ({ sessionId: session.id, postId })))
}

export async function updateStatus(
  tx: Tx,
  id: SessionId,
  change: Partial<Pick<LiveSessionRow, 'status' | 'startedAt' | 'endedAt' | 'extremisingExponent'>>,
): Promise<void> {
  await tx.update(liveSessions).set(change).where(eq(liveSessions.id, id))
}

/**
 * Refuses votes since `at`, or takes them again (null). Counts as a change of the consensus, so that whoever follows it is
 * told. Lock the session first.
 */
export async function setVotingLock(tx: Tx, id: SessionId, votingLockedAt: Date | null): Promise<LiveSessionRow> {
  const [row] = await tx
    .update(liveSessions)
    .set({ votingLockedAt, consensusSeq: sql`${liveSessions.consensusSeq} + 1` })
    .where(eq(liveSessions.id, id))
    .returning()
  if (!row) throw new Error(`no session ${id}`)
  return row
}

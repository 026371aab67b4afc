import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareEach } from '@planet/runtime/prepare-once'
import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import type { RoomVote } from '../domain/room.ts'
import type { LiveStatus } from '../domain/session.ts'
import { liveSessionPosts, liveSessions, voters, votes } from './tables.ts'

type SessionId = Id<'LiveSession'>

/** `votes` is null where they were not asked for; otherwise the session and its votes are of one snapshot. */
export type LiveSessionRow = typeof liveSessions.$inferSelect & { readonly votes: readonly RoomVote[] | null }

/** Whether to read the votes of the sessions too, in the same statement. */
export type Reading = { readonly withVotes: boolean }

const votesOfSession = sql`(
  select coalesce(json_agg(json_build_object(
    'voterId', v.user_id,
    'probabilityUp', v.probability_up,
    'castAtMs', extract(epoch from v.cast_at) * 1000,
    'isVerified', coalesce(v.final_is_verified, known.is_verified, false),
    'identityClusterId', coalesce(v.final_identity_cluster_id, known.identity_cluster_id, v.user_id)
  )), '[]')
  from ${votes} v left join ${voters} known on known.user_id = v.user_id where v.session_id = ${liveSessions}.id
)`.mapWith((read: unknown): readonly RoomVote[] => {
  // What json_build_object above makes.
  const list = read as (Omit<RoomVote, 'castAt'> & { castAtMs: number })[]
  return list.map(({ voterId, probabilityUp, castAtMs, isVerified, identityClusterId }) => ({
    voterId,
    probabilityUp,
    castAt: new Date(castAtMs),
    isVerified,
    identityClusterId,
  }))
})

const selectSessions = (db: Db | Tx, { withVotes }: Reading) =>
  db.select({ ...getTableColumns(liveSessions), votes: withVotes ? votesOfSession : sql<null>`null` }).from(liveSessions)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findSessions(db: Db | Tx, ids: readonly SessionId[], reading: Reading): Promise<(LiveSessionRow | null)[]> {
  const rows = await selectSessions(db, reading).where(sql`${liveSessions.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getSession(db: Db | Tx, id: SessionId, reading: Reading): Promise<LiveSessionRow> {
  const [row] = await findSessions(db, [id], reading)
  if (!row) throw new Error(`no session ${id}`)
  return row
}

/** Locks the session until commit: its status stands, and its votes are counted one at a time. */
export async function lockSession(tx: Tx, id: SessionId): Promise<typeof liveSessions.$inferSelect | null> {
  const [row] = await tx.select().from(liveSessions).where(eq(liveSessions.id, id)).for('update')
  return row ?? null
}

/** Latest scheduled first. */
export function findSessionsPage(
  db: Db | Tx,
  status: LiveStatus | null,
  page: Page,
  reading: Reading,
): Promise<LiveSessionRow[]> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  return selectSessions(db, reading)
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
export const findPagesOfHosts = (db: Db | Tx, hostIds: readonly Id<'User'>[], page: Page, reading: Reading) =>
  findPages(db, 'host', hostIds, page, reading)

/** For each of `postIds` the sessions it was announced for, latest scheduled first. One statement for all. */
export const findPagesOfPosts = (db: Db | Tx, postIds: readonly Id<'Post'>[], page: Page, reading: Reading) =>
  findPages(db, 'post', postIds, page, reading)

/** The from and where clause that finds the sessions `s` of `parent.id`. */
const OF_PARENT = {
  host: sql`from ${liveSessions} s where s.host_id = parent.id`,
  post: sql`from ${liveSessionPosts} p join ${liveSessions} s on s.id = p.session_id where p.post_id = parent.id`,
}

const sessionPages = prepareEach((db, form: `${keyof typeof OF_PARENT} ${'first' | 'next'} ${'votes' | 'plain'}`) => {
  const [parent, page, reading] = form.split(' ')
  const isAfter = sql`(s.scheduled_for, s.id) < (${sql.placeholder('afterAt')}::timestamptz, ${sql.placeholder('afterId')}::uuid)`
  const pages = sql`(
      select parent.id as parent_id, page.id as session_id from unnest(${sql.placeholder('parentIds')}::uuid[]) parent(id)
      cross join lateral (
        select s.id ${parent === 'host' ? OF_PARENT.host : OF_PARENT.post} and ${page === 'next' ? isAfter : sql`true`}
        order by s.scheduled_for desc, s.id desc limit ${sql.placeholder('limit')}
      ) page
    ) pages`
  return db
    .select({
      parentId: sql<string>`pages.parent_id`,
      session: { ...getTableColumns(liveSessions), votes: reading === 'votes' ? votesOfSession : sql<null>`null` },
    })
    .from(liveSessions)
    .innerJoin(pages, sql`pages.session_id = ${liveSessions.id}`)
    .orderBy(desc(liveSessions.scheduledFor), desc(liveSessions.id))
    .prepare('session_pages')
})

async function findPages<Parent extends string>(
  db: Db | Tx,
  parent: keyof typeof OF_PARENT,
  parentIds: readonly Parent[],
  page: Page,
  { withVotes }: Reading,
): Promise<Map<Parent, LiveSessionRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const statement = sessionPages(db, `${parent} ${after ? 'next' : 'first'} ${withVotes ? 'votes' : 'plain'}`)
  const rows = await statement.execute({
    parentIds: [...parentIds],
    limit: page.limit,
    afterAt: after?.at.toISOString(),
    afterId: after?.id,
  })
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
  change: Partial<Pick<LiveSessionRow, 'status' | 'startedAt' | 'endedAt'>>,
): Promise<void> {
  await tx.update(liveSessions).set(change).where(eq(liveSessions.id, id))
}

/** Counts a change of the consensus in every live session that the user has voted in; their ids, sorted. */
export async function countReweighing(tx: Tx, userId: Id<'User'>): Promise<SessionId[]> {
  const voted = tx.select({ id: votes.sessionId }).from(votes).where(eq(votes.userId, userId))
  const changed = await tx
    .update(liveSessions)
    .set({ consensusSeq: sql`${liveSessions.consensusSeq} + 1` })
    .where(and(eq(liveSessions.status, 'LIVE'), inArray(liveSessions.id, voted)))
    .returning({ id: liveSessions.id })
  return changed.map((row) => row.id).sort()
}

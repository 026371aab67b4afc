import { instantKey, type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { olderThan } from '@planet/runtime/older-than'
import { prepareEach } from '@planet/runtime/prepare-once'
import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
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

/** Sessions are listed by when they are scheduled. */
export const sessionKey = (session: LiveSessionRow): string => instantKey(session.scheduledFor, session.id)

/** Latest scheduled first. */
export function findSessionsPage(db: Db | Tx, status: LiveStatus | null, page: Page): Promise<LiveSessionRow[]> {
  return db
    .select()
    .from(liveSessions)
    .where(
      and(
        status === null ? undefined : eq(liveSessions.status, status),
        olderThan(page, liveSessions.scheduledFor, liveSessions.id),
      ),
    )
    .orderBy(desc(liveSessions.scheduledFor), desc(liveSessions.id))
    .limit(page.limit)
}

/** For each of `hostIds` the sessions it hosts, latest scheduled first. One statement for all. */
export const findPagesOfHosts = (db: Db | Tx, hostIds: readonly Id<'User'>[], page: Page) => findPages(db, 'host', hostIds, page)

/** For each of `postIds` the sessions it was announced for, latest scheduled first. One statement for all. */
export const findPagesOfPosts = (db: Db | Tx, postIds: readonly Id<'Post'>[], page: Page) => findPages(db, 'post', postIds, page)

/** The from and where clause that finds the sessions `s` of `parent.id`. */
const OF_PARENT = {
  host: sql`from ${liveSessions} s where s.host_id = parent.id`,
  post: sql`from ${liveSessionPosts} p join ${liveSessions} s on s.id = p.session_id where p.post_id = parent.id`,
}

const sessionPages = prepareEach((db, form: `${keyof typeof OF_PARENT} ${'first' | 'next'}`) => {
  const [parent, page] = form.split(' ')
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
      session: getTableColumns(liveSessions),
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
): Promise<Map<Parent, LiveSessionRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const statement = sessionPages(db, `${parent} ${after ? 'next' : 'first'}`)
  const rows = await statement.execute({
    parentIds: [...parentIds],
    limit: page.limit,
    afterAt: after?.at.toISOString(),
    afterId: after?.id,
  })
  const byParent = Map.groupBy(rows, (row) => row.parentId)
  return new Map(parentIds.map((id) => [id, (byParent.get(id) ?? []).map((row) => row.session)]))
}

/** For each of `sessionIds` the posts that it was announced for, by id, which is the order of publication. Made for a loader. */
export async function findPostIdsOfSessions(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
): Promise<(readonly Id<'Post'>[])[]> {
  const { sessionId, postId } = liveSessionPosts
  const rows = await db
    .select({ sessionId, postId })
    .from(liveSessionPosts)
    .where(inArray(sessionId, [...sessionIds]))
    .orderBy(postId)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return sessionIds.map((id) => (bySession.get(id) ?? []).map((row) => row.postId))
}

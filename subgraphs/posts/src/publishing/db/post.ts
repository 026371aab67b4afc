import { foreignCursor, type Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { type Id, parseId } from '@planet/runtime/ids'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { posts, postVersions, signals } from '../../db/tables.ts'
import type { PostKind } from '../../generated/resolvers.ts'
import type { SignalRow } from './signal.ts'

/** A post with its latest text and its trade plan, if it has one. */
export type PostRow = typeof posts.$inferSelect & {
  readonly title: string
  readonly body: string
  readonly signal: SignalRow | null
}

const postColumns = {
  id: posts.id,
  authorId: posts.authorId,
  kind: posts.kind,
  audience: posts.audience,
  circleId: posts.circleId,
  topics: posts.topics,
  cashtags: posts.cashtags,
  version: posts.version,
  publishedAt: posts.publishedAt,
  retractedAt: posts.retractedAt,
  title: postVersions.title,
  body: postVersions.body,
  signal: signals,
}

const selectPosts = (db: Db | Tx) =>
  db
    .select(postColumns)
    .from(posts)
    .innerJoin(postVersions, and(eq(postVersions.postId, posts.id), eq(postVersions.version, posts.version)))
    .leftJoin(signals, eq(signals.postId, posts.id))

const postsByIds = prepareOnce((db) =>
  selectPosts(db)
    .where(sql`${posts.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('posts_by_ids'),
)

/** Rows in the order of `ids`, whoever may see them; null where there is none. Made for a loader. */
export async function findPosts(db: Db | Tx, ids: readonly Id<'Post'>[]): Promise<(PostRow | null)[]> {
  const rows = await postsByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getPost(db: Db | Tx, id: Id<'Post'>): Promise<PostRow> {
  const [row] = await findPosts(db, [id])
  if (!row) throw new Error(`no post ${id}`)
  return row
}

/** Locks the author's post until commit, so that its versions are counted one change at a time. */
export async function lockPostOfAuthor(tx: Tx, id: Id<'Post'>, authorId: Id<'User'>): Promise<typeof posts.$inferSelect | null> {
  const [row] = await tx
    .select()
    .from(posts)
    .where(and(eq(posts.id, id), eq(posts.authorId, authorId)))
    .for('update')
  return row ?? null
}

/** The id to page after; a key that is none came from a foreign cursor. */
export function parsePostKey(key: string): Id<'Post'> {
  const id = parseId<'Post'>(key)
  if (!id) throw foreignCursor()
  return id
}

const afterKey = (page: Page): SQL | undefined =>
  page.after === null ? undefined : sql`${posts.id} < ${parsePostKey(page.after)}`

/** Public posts, newest first. */
export function findPublicPage(
  db: Db | Tx,
  filter: { readonly kinds: readonly PostKind[]; readonly topic: string | null },
  page: Page,
): Promise<PostRow[]> {
  return selectPosts(db)
    .where(
      and(
        eq(posts.audience, 'PUBLIC'),
        filter.kinds.length > 0 ? inArray(posts.kind, [...filter.kinds]) : undefined,
        filter.topic !== null ? sql`${posts.topics} @> array[${filter.topic}]` : undefined,
        afterKey(page),
      ),
    )
    .orderBy(desc(posts.id))
    .limit(page.limit)
}

/** What a viewer may see of others: public posts, and posts of the circles they are a member of. */
export type Visibility = { readonly userId: Id<'User'> | null; readonly circleIds: readonly Id<'Circle'>[] }

/** For each of `authorIds` their posts that the viewer may see, newest first. One statement for all. */
export async function findPagesOfAuthors(
  db: Db | Tx,
  authorIds: readonly Id<'User'>[],
  visibility: Visibility,
  page: Page,
): Promise<Map<Id<'User'>, PostRow[]>> {
  const { userId, circleIds } = visibility
  const visible = sql`(p.audience = 'PUBLIC' or p.author_id = ${userId} or p.circle_id = any(${sql.param([...circleIds])}::uuid[]))`
  const rows = await findPages(db, sql`p.author_id`, authorIds, visible, page)
  return Map.groupBy(rows, (row) => row.authorId)
}

/** For each of `circleIds` its posts for members, newest first. One statement for all. */
export async function findPagesOfCircles(
  db: Db | Tx,
  circleIds: readonly Id<'Circle'>[],
  page: Page,
): Promise<Map<Id<'Circle'>, PostRow[]>> {
  const rows = await findPages(db, sql`p.circle_id`, circleIds, sql`p.audience = 'CIRCLE'`, page)
  return new Map(circleIds.map((id) => [id, rows.filter((row) => row.circleId === id)]))
}

/** Latest `page.limit` posts per parent: a lateral join reads that many index entries per parent and no more. */
async function findPages(db: Db | Tx, parent: SQL, parentIds: readonly string[], condition: SQL, page: Page): Promise<PostRow[]> {
  const after = page.after === null ? sql`true` : sql`p.id < ${parsePostKey(page.after)}`
  const ids = sql`
    select page.id from unnest(${sql.param([...parentIds])}::uuid[]) parent(id)
    cross join lateral (
      select p.id from ${posts} p where ${parent} = parent.id and ${condition} and ${after} order by p.id desc limit ${page.limit}
    ) page`
  return selectPosts(db).where(sql`${posts.id} in (${ids})`).orderBy(desc(posts.id))
}

export async function insertPost(
  tx: Tx,
  post: typeof posts.$inferInsert,
  text: { readonly title: string; readonly body: string },
): Promise<void> {
  await tx.insert(posts).values(post)
  await tx.insert(postVersions).values({ ...text, postId: post.id, version: post.version, writtenAt: post.publishedAt })
}

/** Takes a tombstone's place; the texts stay in the table and are not shown any more. */
export async function updateRetracted(tx: Tx, id: Id<'Post'>, retractedAt: Date): Promise<void> {
  await tx.update(posts).set({ retractedAt }).where(eq(posts.id, id))
}

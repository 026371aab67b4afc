import { foreignCursor, type Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { type Id, parseId } from '@planet/runtime/ids'
import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { PostKind } from '../../generated/enums.ts'
import { type PostRow, selectPosts } from '../../publishing/db/post.ts'
import { posts } from '../../publishing/db/tables.ts'
import type { Visibility } from '../../publishing/domain/post.ts'

/** The id to page after; a key that is none came from a foreign cursor. */
function parsePostKey(key: string): Id<'Post'> {
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

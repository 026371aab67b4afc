import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { and, eq, sql } from 'drizzle-orm'
import type { StoredExternalRef } from '../../references/domain/external-ref.ts'
import type { SignalRow } from './signal.ts'
import { posts, postVersions, signals } from './tables.ts'

/** A post with its latest text and its trade plan, if it has one. */
export type PostRow = Omit<typeof posts.$inferSelect, 'chosenTopics'> & {
  readonly title: string
  readonly body: string
  readonly externalRefs: readonly StoredExternalRef[]
  readonly signal: SignalRow | null
}

const postColumns = {
  id: posts.id,
  authorId: posts.authorId,
  kind: posts.kind,
  audience: posts.audience,
  circleId: posts.circleId,
  origin: posts.origin,
  partnerAppId: posts.partnerAppId,
  topics: posts.topics,
  cashtags: posts.cashtags,
  version: posts.version,
  publishedAt: posts.publishedAt,
  retractedAt: posts.retractedAt,
  title: postVersions.title,
  body: postVersions.body,
  externalRefs: postVersions.externalRefs,
  signal: signals,
}

/** The latest text and the plan of each; to be narrowed by the caller. */
export const selectPosts = (db: Db | Tx) =>
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

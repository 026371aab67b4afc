import { type Page, parseNumberKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, lte, sql } from 'drizzle-orm'
import { postVersions } from './tables.ts'

export type PostVersionRow = typeof postVersions.$inferSelect

/** Newest first. */
export function findVersions(db: Db | Tx, postId: Id<'Post'>, page: Page): Promise<PostVersionRow[]> {
  const after = page.after === null ? null : parseNumberKey(page.after)
  return db
    .select()
    .from(postVersions)
    .where(and(eq(postVersions.postId, postId), after === null ? undefined : sql`${postVersions.version} < ${after}::bigint`))
    .orderBy(desc(postVersions.version))
    .limit(page.limit)
}

/** The text that stood at `at`; null before it was published. */
export async function findPostVersionAt(db: Db | Tx, postId: Id<'Post'>, at: Date): Promise<PostVersionRow | null> {
  const [row] = await db
    .select()
    .from(postVersions)
    .where(and(eq(postVersions.postId, postId), lte(postVersions.writtenAt, at)))
    .orderBy(desc(postVersions.version))
    .limit(1)
  return row ?? null
}

export async function getVersion(db: Db | Tx, postId: Id<'Post'>, version: number): Promise<PostVersionRow> {
  const [row] = await db
    .select()
    .from(postVersions)
    .where(and(eq(postVersions.postId, postId), eq(postVersions.version, version)))
  if (!row) throw new Error(`no version ${version} of post ${postId}`)
  return row
}

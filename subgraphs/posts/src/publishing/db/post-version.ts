import { type Page, parseNumberKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, sql } from 'drizzle-orm'
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

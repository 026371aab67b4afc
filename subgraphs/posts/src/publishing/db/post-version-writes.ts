import type { Tx } from '@planet/runtime/database'
import { eq } from 'drizzle-orm'
import type { Cashtag } from '../../references/domain/cashtag.ts'
import type { PostVersionRow } from './post-version.ts'
import { posts, postVersions } from './tables.ts'

/** The post's row must be locked. Cashtags follow the latest text. */
export async function insertVersion(tx: Tx, version: PostVersionRow, cashtags: readonly Cashtag[]): Promise<void> {
  await tx.insert(postVersions).values(version)
  await tx.update(posts).set({ version: version.version, cashtags }).where(eq(posts.id, version.postId))
}

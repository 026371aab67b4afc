import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { areVisible } from './db/post.ts'

export type CopiesLoaders = {
  /** Whether the viewer may see a post, by what circles has told. */
  readonly isPostVisible: DataLoader<Id<'Post'>, boolean>
}

export const copiesLoaders: Makers<CopiesLoaders, { readonly db: Db; readonly viewer: Viewer | null }> = {
  isPostVisible: ({ db, viewer }) => new DataLoader((ids) => areVisible(db, ids, viewer?.userId ?? null)),
}

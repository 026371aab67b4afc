import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import type { PostRow } from '../publishing/db/post.ts'
import type { Visibility } from '../publishing/domain/post.ts'
import { findPagesOfAuthors, findPagesOfCircles } from './db/post-page.ts'

export type FeedLoaders = {
  readonly postsOfAuthor: PageLoader<Id<'User'>, PostRow>
  readonly postsOfCircle: PageLoader<Id<'Circle'>, PostRow>
}

type Given = { readonly db: Db }
/** Of the loaders of publishing. */
type Needed = { readonly visibility: () => Promise<Visibility> }

export const feedLoaders: Pick<Makers<FeedLoaders & Needed, Given>, keyof FeedLoaders> = {
  postsOfAuthor: ({ db }, loaders) =>
    createPageLoader(async (ids, page) => findPagesOfAuthors(db, ids, await loaders.visibility(), page)),
  postsOfCircle: ({ db }) => createPageLoader((ids, page) => findPagesOfCircles(db, ids, page)),
}

import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { PostResolvers } from '../../generated/resolvers.ts'
import { findVersions } from '../db/post-version.ts'

/** A retracted post shows that it was there, and no text. */
export const Post: PostResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const postId = parseId<'Post'>(id)
    return postId && ctx.loaders.post.load(postId)
  },
  title: (post) => (post.retractedAt ? '' : post.title),
  body: (post) => (post.retractedAt ? '' : post.body),
  versions: (post, args, ctx) =>
    connection(
      args,
      async (page) => (post.retractedAt ? [] : findVersions(ctx.db, post.id, page)),
      (row) => `${row.version}`,
    ),
  author: (post) => ({ id: post.authorId }),
  circle: (post) => post.circleId && { id: post.circleId },
}

import { connection, connectionOf, decidePage } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { findPublicPage } from '../db/post.ts'
import { topics } from '../domain/topic.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  post: (_, { id }, ctx) => {
    const postId = parseId<'Post'>(id)
    return postId && ctx.loaders.post.load(postId)
  },
  publicFeed: (_, { filter, ...args }, ctx) =>
    connection(
      args,
      (page) => findPublicPage(ctx.db, { kinds: filter?.kinds ?? [], topic: filter?.topic ?? null }, page),
      (row) => row.id,
    ),
  topics: (_, args) => {
    const { after, limit } = decidePage(args)
    const start = after === null ? 0 : topics.findIndex((topic) => topic.code === after) + 1
    return connectionOf(args, topics.slice(start, start + limit), (topic) => topic.code)
  },
}

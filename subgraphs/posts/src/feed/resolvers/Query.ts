import { connection, connectionOf, decidePage, foreignCursor } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { findPublicPage } from '../../publishing/db/post.ts'
import { findTopic, topics } from '../../topics/domain/topic.ts'

export const Query: QueryResolvers = {
  post: (_, { id }, ctx) => {
    const postId = parseId<'Post'>(id)
    return postId && ctx.loaders.post.load(postId)
  },
  publicFeed: (_, { filter, ...args }, ctx) => {
    const topic = filter?.topic ?? null
    // A code of no topic is not worth a query, and may be what no text column takes.
    const isOfNothing = topic !== null && !findTopic(topic)
    return connection(
      args,
      async (page) => (isOfNothing ? [] : findPublicPage(ctx.db, { kinds: filter?.kinds ?? [], topic }, page)),
      (row) => row.id,
    )
  },
  topics: (_, args) => {
    const { after, limit } = decidePage(args)
    const last = topics.findIndex((topic) => topic.code === after)
    if (after !== null && last === -1) throw foreignCursor()
    const start = last + 1
    return connectionOf(args, topics.slice(start, start + limit), (topic) => topic.code)
  },
}

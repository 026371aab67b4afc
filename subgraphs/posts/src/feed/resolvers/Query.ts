import { connection } from '@planet/runtime/connection'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { findTopic } from '../../topics/domain/topic.ts'
import { findPublicPage } from '../db/post-page.ts'

export const Query: Pick<QueryResolvers, 'publicFeed'> = {
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
}

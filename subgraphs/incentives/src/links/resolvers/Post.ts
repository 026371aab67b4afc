import { connectionOf, decidePage, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { PostResolvers } from '../../generated/resolvers.ts'
import type { LinkedTradeRow } from '../db/linked-trades.ts'
import { decidePublicFigures } from '../domain/privacy.ts'

export const Post: PostResolvers = {
  // Whether the viewer may see the post is asked together with what is wanted of it.
  __resolveReference: ({ id }) => {
    const postId = parseId<'Post'>(id)
    return postId && { id: postId }
  },
  linkedTrades: async (post, args, ctx) => {
    const [found] = await ctx.loaders.linkedTrades.load({ parentId: post.id, ...decidePage(args) })
    if (!found) return null
    const { exact, gatherings, links } = found
    const { edges, pageInfo } = connectionOf(args, links, (link) => instantKey(link.executedAt, link.tradeId))
    const figures = exact ?? decidePublicFigures(gatherings)
    return {
      totalCount: figures?.totalCount ?? null,
      eligibleCount: figures?.eligibleCount ?? null,
      feesPaid: figures && [...figures.feesPaid],
      edges: edges.map(({ cursor, node: link }) => ({ ...link, cursor, eligible: link.reason === null, node: tradeOf(link) })),
      pageInfo,
    }
  },
}

const tradeOf = (link: LinkedTradeRow) => ({ id: link.tradeId, agreesWithSignal: link.tradeAgreesWithSignal })

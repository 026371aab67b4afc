import { connectionOf, decidePage, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { hasRole } from '@planet/runtime/viewer'
import type { LinkedTradeRow } from '../db/linked-trades.ts'
import { hidesCounts } from '../domain/privacy.ts'
import type { PostResolvers } from '../generated/resolvers.ts'

export const Post: PostResolvers = {
  // Whether the viewer may see the post is asked together with what is wanted of it.
  __resolveReference: ({ id }) => {
    const postId = parseId<'Post'>(id)
    return postId && { id: postId }
  },
  linkedTrades: async (post, args, ctx) => {
    const [found] = await ctx.loaders.linkedTrades.load({ parentId: post.id, ...decidePage(args) })
    if (!found) return null
    const { counts, fees, links } = found
    const { edges, pageInfo } = connectionOf(args, links, (link) => instantKey(link.executedAt, link.tradeId))
    const isHidden = hidesCounts(counts, hasRole(ctx.viewer, 'analyst'))
    return {
      totalCount: isHidden ? null : counts.linkCount,
      eligibleCount: isHidden ? null : counts.eligibleCount,
      feesPaid: isHidden ? null : [...fees],
      edges: edges.map(({ cursor, node: link }) => ({ ...link, cursor, eligible: link.reason === null, node: tradeOf(link) })),
      pageInfo,
    }
  },
}

const tradeOf = (link: LinkedTradeRow) => ({ id: link.tradeId, agreesWithSignal: link.tradeAgreesWithSignal })

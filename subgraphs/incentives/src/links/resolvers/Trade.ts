import { connectionOf, decidePage } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { hasRole } from '@planet/runtime/viewer'
import type { TradeResolvers } from '../../generated/resolvers.ts'
import { creditKey } from '../db/trade-link.ts'

export const Trade: TradeResolvers = {
  __resolveReference: async ({ id }, ctx) => {
    const tradeId = parseId<'Trade'>(id)
    const trade = tradeId && (await ctx.loaders.trade.load(tradeId))
    // A trade is its owner's business, and an analyst's.
    return trade && (trade.userId === ctx.viewer?.userId || hasRole(ctx.viewer, 'analyst')) ? trade : null
  },
  sourcePosts: async (trade, args, ctx) => {
    const links = await ctx.loaders.sourcePosts.load({ parentId: trade.id, ...decidePage(args) })
    const { edges, pageInfo } = connectionOf(args, links, creditKey)
    return {
      edges: edges.map(({ cursor, node: link }) => ({
        ...link,
        cursor,
        eligible: link.reason === null,
        node: { id: link.postId },
      })),
      pageInfo,
    }
  },
}

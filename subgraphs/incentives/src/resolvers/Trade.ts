import { connectionOf, decidePage } from '@planet/runtime/connection'
import { formatDecimal } from '@planet/runtime/decimal'
import { codedError } from '@planet/runtime/errors'
import { parseId } from '@planet/runtime/ids'
import { hasRole } from '@planet/runtime/viewer'
import type { SourcePostPage, TradeLinkRow } from '../db/trade-link.ts'
import type { TradeResolvers } from '../generated/resolvers.ts'

export const Trade: TradeResolvers = {
  __resolveReference: async ({ id }, ctx) => {
    const tradeId = parseId<'Trade'>(id)
    const trade = tradeId && (await ctx.loaders.trade.load(tradeId))
    // A trade is its owner's business, and an analyst's.
    return trade && (trade.userId === ctx.viewer?.userId || hasRole(ctx.viewer, 'analyst')) ? trade : null
  },
  sourcePosts: async (trade, args, ctx) => {
    const { after, limit } = decidePage(args)
    const page = { after: after === null ? null : parseCreditKey(after), limit }
    const links = await ctx.loaders.sourcePosts.load({ parentId: trade.id, page })
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

const creditKey = (link: TradeLinkRow): string => `${formatDecimal(link.creditTimeDecay)},${link.postId}`

function parseCreditKey(key: string): SourcePostPage['after'] {
  const [, creditTimeDecay, postId] = /^([01](?:\.\d{1,18})?),(.+)$/.exec(key) ?? []
  if (creditTimeDecay === undefined || !postId || !parseId<'Post'>(postId))
    throw codedError('BAD_USER_INPUT', 'This is no cursor of ours.')
  return { creditTimeDecay, postId }
}

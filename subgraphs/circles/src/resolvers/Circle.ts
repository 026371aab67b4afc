import { connectionOf, decidePage, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { MemberRow } from '../db/member.ts'
import type { CircleResolvers } from '../generated/resolvers.ts'

const memberKey = (row: MemberRow) => instantKey(row.from, row.userId)

export const Circle: CircleResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const circleId = parseId<'Circle'>(id)
    return circleId && ctx.loaders.circle.load(circleId)
  },
  host: (circle) => ({ id: circle.hostId }),
  viewerMembership: (circle, _, ctx) => ctx.loaders.viewerStanding.load(circle.id),
  members: async (circle, args, ctx) => {
    const page = decidePage(args)
    if ((await ctx.loaders.viewerStanding.load(circle.id)) !== 'MEMBER') return null
    return connectionOf(args, await ctx.loaders.members.load({ ...page, parentId: circle.id }), memberKey)
  },
  requests: async (circle, args, ctx) => {
    const page = decidePage(args)
    if (ctx.viewer?.userId !== circle.hostId) return null
    return connectionOf(args, await ctx.loaders.requests.load({ ...page, parentId: circle.id }), memberKey)
  },
}

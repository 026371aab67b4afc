import { parseId } from '@planet/runtime/ids'
import type { LiveSessionResolvers } from '../generated/resolvers.ts'
import { selects } from '../selection.ts'
import { sessionConsensus } from '../session-consensus.ts'

export const LiveSession: LiveSessionResolvers = {
  __resolveReference: ({ id }, ctx, info) => {
    const sessionId = parseId<'LiveSession'>(id)
    const loader = selects(info, 'consensus') ? ctx.loaders.sessionWithVotes : ctx.loaders.session
    return sessionId && loader.load(sessionId)
  },
  host: (session) => ({ id: session.hostId }),
  instrument: (session) => ({ id: session.instrumentId }),
  voteHorizon: (session) => session.voteHorizonMs,
  consensus: async (session, _, ctx) => {
    if (!session.startedAt) return null
    const known = session.votes ? session : await ctx.loaders.sessionWithVotes.load(session.id)
    return known && sessionConsensus(known, ctx.now())
  },
}

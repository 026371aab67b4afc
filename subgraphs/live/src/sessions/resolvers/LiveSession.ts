import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { LiveSessionResolvers } from '../../generated/resolvers.ts'
import { momentKey } from '../db/moment.ts'
import { priceOf } from '../domain/question-price.ts'

export const LiveSession: LiveSessionResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const sessionId = parseId<'LiveSession'>(id)
    return sessionId && ctx.loaders.session.load(sessionId)
  },
  host: (session) => ({ id: session.hostId }),
  instrument: (session) => ({ id: session.instrumentId }),
  voteHorizon: (session) => session.voteHorizonMs,
  questionPrice: priceOf,
  posts: async (session, _, { loaders }) => (await loaders.postIdsOfSession.load(session.id)).map((id) => ({ id })),
  timeline: (session, args, { loaders }) =>
    connection(args, (page) => loaders.momentsOfSession.load({ parentId: session.id, ...page }), momentKey),
}

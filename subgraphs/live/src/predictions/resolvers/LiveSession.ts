import { connection } from '@planet/runtime/connection'
import type { LiveSessionResolvers } from '../../generated/resolvers.ts'
import { predictionKey } from '../db/prediction.ts'

export const LiveSession: LiveSessionResolvers = {
  predictions: (session, args, { loaders }) =>
    connection(args, (page) => loaders.predictionsOfSession.load({ parentId: session.id, ...page }), predictionKey),
}

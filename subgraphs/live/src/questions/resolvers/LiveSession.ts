import { connection } from '@planet/runtime/connection'
import type { LiveSessionResolvers } from '../../generated/resolvers.ts'
import { questionKey } from '../db/question.ts'

export const LiveSession: LiveSessionResolvers = {
  questions: (session, { state, ...args }, { loaders }) =>
    connection(args, (page) => loaders.questionsOfSession[state ?? 'ALL'].load({ parentId: session.id, ...page }), questionKey),
}

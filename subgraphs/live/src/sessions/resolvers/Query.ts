import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { findSessionsPage, sessionKey } from '../db/live-session.ts'

export const Query: Pick<QueryResolvers, 'liveSession' | 'liveSessions'> = {
  liveSession: (_, { id }, ctx) => {
    const sessionId = parseId<'LiveSession'>(id)
    return sessionId && ctx.loaders.session.load(sessionId)
  },
  liveSessions: (_, { status, ...args }, ctx) =>
    connection(args, (page) => findSessionsPage(ctx.db, status ?? null, page), sessionKey),
}

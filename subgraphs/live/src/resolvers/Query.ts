import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { findSessionsPage } from '../db/live-session.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'
import { sessionKey } from '../loaders.ts'
import { selects } from '../selection.ts'

export const Query: QueryResolvers = {
  liveSession: (_, { id }, ctx, info) => {
    const sessionId = parseId<'LiveSession'>(id)
    const loader = selects(info, 'consensus') ? ctx.loaders.sessionWithVotes : ctx.loaders.session
    return sessionId && loader.load(sessionId)
  },
  liveSessions: (_, { status, ...args }, ctx, info) => {
    const withVotes = selects(info, 'edges', 'node', 'consensus')
    return connection(args, (page) => findSessionsPage(ctx.db, status ?? null, page, { withVotes }), sessionKey)
  },
}

import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { readCrowdRecord } from '../../predictions/db/prediction.ts'
import { chooseExponent } from '../../voting/domain/record.ts'
import { findSessionsPage, sessionKey } from '../db/live-session.ts'
import { EXTREMISING_EXPONENT } from '../domain/extremising.ts'

export const Query: QueryResolvers = {
  liveSession: (_, { id }, ctx) => {
    const sessionId = parseId<'LiveSession'>(id)
    return sessionId && ctx.loaders.session.load(sessionId)
  },
  liveSessions: (_, { status, ...args }, ctx) =>
    connection(args, (page) => findSessionsPage(ctx.db, status ?? null, page), sessionKey),
  consensusRecord: async (_, __, ctx) => {
    const record = await readCrowdRecord(ctx.db)
    return { ...record, extremisingExponent: chooseExponent(record, EXTREMISING_EXPONENT) }
  },
}

import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { HEARTBEAT_MS } from '../presence.ts'

export const heartbeat: MutationResolvers['heartbeat'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const session = sessionId && (await ctx.crowd.presence.findSession(sessionId))
  if (!session) return invalidInput([{ field: 'sessionId', message: 'No such session.' }])
  if (session.status !== 'LIVE') return wrongLiveStatus(session.status)
  ctx.crowd.presence.see(session.id, userId)
  return { __typename: 'HeartbeatSuccess', session, nextWithin: HEARTBEAT_MS }
}

import { heartbeat } from './heartbeat.ts'
import { LiveSession } from './LiveSession.ts'
import { SessionAudience } from './SessionAudience.ts'
import { Subscription } from './Subscription.ts'

export const audienceResolvers = {
  Mutation: { heartbeat },
  Subscription,
  LiveSession,
  SessionAudience,
}

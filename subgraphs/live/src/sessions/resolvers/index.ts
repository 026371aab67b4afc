import type { SessionHooks } from '../hooks.ts'
import { banFromSession } from './banFromSession.ts'
import { Creator } from './Creator.ts'
import { endLive } from './endLive.ts'
import { LiveSession } from './LiveSession.ts'
import { Post } from './Post.ts'
import { Query } from './Query.ts'
import { scheduleLive } from './scheduleLive.ts'
import { startLive } from './startLive.ts'
import { TimelineMoment } from './TimelineMoment.ts'
import { unbanFromSession } from './unbanFromSession.ts'

export const sessionsResolvers = (hooks: SessionHooks) => ({
  Query,
  Mutation: {
    scheduleLive,
    startLive: startLive(hooks),
    endLive: endLive(hooks),
    banFromSession: banFromSession(hooks),
    unbanFromSession,
  },
  LiveSession,
  TimelineMoment,
  Post,
  Creator,
})

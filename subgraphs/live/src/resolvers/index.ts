import { joinResolvers } from '@planet/runtime/join-resolvers'
import { audienceResolvers } from '../audience/resolvers/index.ts'
import { chatResolvers } from '../chat/resolvers/index.ts'
import type { Resolvers } from '../generated/resolvers.ts'
import { pinsResolvers } from '../pins/resolvers/index.ts'
import { predictionsResolvers } from '../predictions/resolvers/index.ts'
import { questionsResolvers } from '../questions/resolvers/index.ts'
import { sessionHooks } from '../session-hooks.ts'
import { sessionsResolvers } from '../sessions/resolvers/index.ts'
import { stageResolvers } from '../stage/resolvers/index.ts'
import { votingResolvers } from '../voting/resolvers/index.ts'

export const resolvers: Resolvers = joinResolvers(
  sessionsResolvers(sessionHooks),
  pinsResolvers,
  votingResolvers,
  predictionsResolvers,
  chatResolvers,
  stageResolvers,
  questionsResolvers,
  audienceResolvers,
)

import type { Resolvers } from '../generated/resolvers.ts'
import { lockPrediction } from '../predictions/resolvers/lockPrediction.ts'
import { openVoting } from '../predictions/resolvers/openVoting.ts'
import { sessionHooks } from '../session-hooks.ts'
import { Creator } from '../sessions/resolvers/Creator.ts'
import { endLive } from '../sessions/resolvers/endLive.ts'
import { LiveSession } from '../sessions/resolvers/LiveSession.ts'
import { Post } from '../sessions/resolvers/Post.ts'
import { Query } from '../sessions/resolvers/Query.ts'
import { scheduleLive } from '../sessions/resolvers/scheduleLive.ts'
import { startLive } from '../sessions/resolvers/startLive.ts'
import { castVote } from '../voting/resolvers/castVote.ts'
import { Consensus, Prediction, Vote } from '../voting/resolvers/LiveSession.ts'
import { Subscription } from '../voting/resolvers/Subscription.ts'
import { roomMutations } from './room-mutations.ts'
import { Bullet, ContextPin, GuestSeat, Question, QuestionBoard, SessionAudience, Stage, TimelineMoment } from './room-types.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: {
    ...roomMutations,
    scheduleLive,
    startLive: startLive(sessionHooks),
    endLive: endLive(sessionHooks),
    castVote,
    lockPrediction,
    openVoting,
  },
  Subscription,
  LiveSession,
  Consensus,
  Vote,
  Prediction,
  Bullet,
  GuestSeat,
  Stage,
  Question,
  QuestionBoard,
  ContextPin,
  TimelineMoment,
  SessionAudience,
  Post,
  Creator,
}

import type { Resolvers } from '../generated/resolvers.ts'
import { Creator } from './Creator.ts'
import { castVote } from './castVote.ts'
import { endLive } from './endLive.ts'
import { LiveSession } from './LiveSession.ts'
import { lockPrediction } from './lockPrediction.ts'
import { openVoting } from './openVoting.ts'
import { Post } from './Post.ts'
import { Query } from './Query.ts'
import { roomMutations } from './room-mutations.ts'
import { Bullet, ContextPin, GuestSeat, Question, QuestionBoard, SessionAudience, Stage, TimelineMoment } from './room-types.ts'
import { Subscription } from './Subscription.ts'
import { scheduleLive } from './scheduleLive.ts'
import { Consensus, Prediction, Vote } from './session-votes.ts'
import { startLive } from './startLive.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { ...roomMutations, scheduleLive, startLive, endLive, castVote, lockPrediction, openVoting },
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

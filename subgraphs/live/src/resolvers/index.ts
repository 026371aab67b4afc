import type { Resolvers } from '../generated/resolvers.ts'
import { Creator } from './Creator.ts'
import { castVote } from './castVote.ts'
import { endLive } from './endLive.ts'
import { LiveSession } from './LiveSession.ts'
import { Post } from './Post.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'
import { scheduleLive } from './scheduleLive.ts'
import { startLive } from './startLive.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { scheduleLive, startLive, endLive, castVote },
  Subscription,
  LiveSession,
  Post,
  Creator,
}

import type { Resolvers } from '../generated/resolvers.ts'
import { Creator } from './Creator.ts'
import { followCreator } from './followCreator.ts'
import { openCreatorProfile } from './openCreatorProfile.ts'
import { Query } from './Query.ts'
import { RateLimits } from './RateLimits.ts'
import { recordIdentityCheck } from './recordIdentityCheck.ts'
import { registerUser } from './registerUser.ts'
import { revokeTokens } from './revokeTokens.ts'
import { Subscription } from './Subscription.ts'
import { User } from './User.ts'
import { unfollowCreator } from './unfollowCreator.ts'
import { Viewer } from './Viewer.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { registerUser, openCreatorProfile, followCreator, unfollowCreator, recordIdentityCheck, revokeTokens },
  Subscription,
  Creator,
  RateLimits,
  User,
  Viewer,
}

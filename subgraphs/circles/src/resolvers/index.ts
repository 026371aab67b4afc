import type { Resolvers } from '../generated/resolvers.ts'
import { approveMember } from './approveMember.ts'
import { Circle } from './Circle.ts'
import { CircleMemberEdge } from './CircleMemberEdge.ts'
import { Creator } from './Creator.ts'
import { joinCircle } from './joinCircle.ts'
import { leaveCircle } from './leaveCircle.ts'
import { openCircle } from './openCircle.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { openCircle, joinCircle, approveMember, leaveCircle },
  Subscription,
  Circle,
  CircleMemberEdge,
  Creator,
}

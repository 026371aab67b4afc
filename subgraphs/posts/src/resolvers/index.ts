import type { Resolvers } from '../generated/resolvers.ts'
import { Cashtag } from './Cashtag.ts'
import { Circle } from './Circle.ts'
import { Creator } from './Creator.ts'
import { editPost } from './editPost.ts'
import { Post } from './Post.ts'
import { publishPost } from './publishPost.ts'
import { publishSignal } from './publishSignal.ts'
import { Query } from './Query.ts'
import { retractPost } from './retractPost.ts'
import { Signal } from './Signal.ts'
import { Subscription } from './Subscription.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { publishPost, publishSignal, editPost, retractPost },
  Subscription,
  Cashtag,
  Circle,
  Creator,
  Post,
  Signal,
}

import { Circle } from '../feed/resolvers/Circle.ts'
import { Creator } from '../feed/resolvers/Creator.ts'
import { Query } from '../feed/resolvers/Query.ts'
import { Subscription } from '../feed/resolvers/Subscription.ts'
import type { Resolvers } from '../generated/resolvers.ts'
import { Cashtag } from '../publishing/resolvers/Cashtag.ts'
import { editPost } from '../publishing/resolvers/editPost.ts'
import { Post } from '../publishing/resolvers/Post.ts'
import { publishPost } from '../publishing/resolvers/publishPost.ts'
import { publishSignal } from '../publishing/resolvers/publishSignal.ts'
import { retractPost } from '../publishing/resolvers/retractPost.ts'
import { Signal } from '../publishing/resolvers/Signal.ts'

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

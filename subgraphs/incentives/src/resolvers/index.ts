import type { Resolvers } from '../generated/resolvers.ts'
import { Post } from '../links/resolvers/Post.ts'
import { Trade } from '../links/resolvers/Trade.ts'
import { recordTouch } from '../touches/resolvers/recordTouch.ts'

export const resolvers: Resolvers = {
  Mutation: { recordTouch },
  Post,
  Trade,
}

import type { Resolvers } from '../generated/resolvers.ts'
import { recordTouch } from '../touches/resolvers/recordTouch.ts'
import { Post } from './Post.ts'
import { Trade } from './Trade.ts'

export const resolvers: Resolvers = {
  Mutation: { recordTouch },
  Post,
  Trade,
}

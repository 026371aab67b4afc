import type { Resolvers } from '../generated/resolvers.ts'
import { Post } from './Post.ts'
import { recordTouch } from './recordTouch.ts'
import { Trade } from './Trade.ts'

export const resolvers: Resolvers = {
  Mutation: { recordTouch },
  Post,
  Trade,
}

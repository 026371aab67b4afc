import { Post } from './Post.ts'
import { Trade } from './Trade.ts'

export const linksResolvers = { Post, Trade }

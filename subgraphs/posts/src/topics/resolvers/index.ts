import { Post } from './Post.ts'
import { Query } from './Query.ts'

export const topicsResolvers = { Query, Post }

import { editPost } from './editPost.ts'
import { Post } from './Post.ts'
import { publishPost } from './publishPost.ts'
import { publishSignal } from './publishSignal.ts'
import { Query } from './Query.ts'
import { retractPost } from './retractPost.ts'
import { Signal } from './Signal.ts'

export const publishingResolvers = {
  Query,
  Mutation: { publishPost, publishSignal, editPost, retractPost },
  Post,
  Signal,
}

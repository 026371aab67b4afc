import type { PostResolvers } from '../../generated/resolvers.ts'
import { findTopic } from '../domain/topic.ts'

export const Post: PostResolvers = {
  topics: (post) => post.topics.flatMap((code) => findTopic(code) ?? []),
}

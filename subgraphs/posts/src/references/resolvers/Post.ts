import type { PostResolvers } from '../../generated/resolvers.ts'

/** They go with the text that builds on them. */
export const Post: PostResolvers = {
  externalRefs: (post) => (post.retractedAt ? [] : post.externalRefs),
}

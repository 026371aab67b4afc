import { topicOf } from '../domain/topic.ts'
import type { TopicResolvers } from '../generated/resolvers.ts'

export const Topic: TopicResolvers = {
  code: (code) => code,
  name: (code) => topicOf(code).name,
}

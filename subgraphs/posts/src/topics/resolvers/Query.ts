import { connectionOf, decidePage, foreignCursor } from '@planet/runtime/connection'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { topics } from '../domain/topic.ts'

export const Query: Pick<QueryResolvers, 'topics'> = {
  topics: (_, args) => {
    const { after, limit } = decidePage(args)
    const last = topics.findIndex((topic) => topic.code === after)
    if (after !== null && last === -1) throw foreignCursor()
    const start = last + 1
    return connectionOf(args, topics.slice(start, start + limit), (topic) => topic.code)
  },
}

import type { TimelineMomentResolvers } from '../../generated/resolvers.ts'
import { offsetMs } from '../domain/moment.ts'

export const TimelineMoment: TimelineMomentResolvers = {
  offsetMs: async (moment, _, { loaders }) => offsetMs((await loaders.sessionOf(moment)).startedAt, moment.at),
  user: (moment) => moment.userId && { id: moment.userId },
}

import type { TimelineMomentResolvers } from '../../generated/resolvers.ts'

export const TimelineMoment: TimelineMomentResolvers = {
  pin: (moment, _, { loaders }) => moment.pinId && loaders.pin.load(moment.pinId),
}

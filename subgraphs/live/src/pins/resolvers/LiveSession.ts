import type { LiveSessionResolvers } from '../../generated/resolvers.ts'

export const LiveSession: LiveSessionResolvers = {
  contextPins: (session, _, { loaders }) => loaders.pinsOfSession.load(session.id),
}

import type { SessionAudienceResolvers } from '../../generated/resolvers.ts'

export const SessionAudience: SessionAudienceResolvers = {
  session: (audience, _, { loaders }) => loaders.sessionOf(audience),
  at: (_, __, { now }) => now(),
}

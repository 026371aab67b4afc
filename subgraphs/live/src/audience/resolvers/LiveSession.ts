import type { LiveSessionResolvers } from '../../generated/resolvers.ts'

export const LiveSession: LiveSessionResolvers = {
  viewerCount: async (session, _, { loaders }) => (await loaders.audience.load(session.id))?.viewerCount ?? 0,
  peakViewerCount: async (session, _, { loaders }) => (await loaders.audience.load(session.id))?.peakViewerCount ?? 0,
}

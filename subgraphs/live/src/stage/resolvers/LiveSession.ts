import type { LiveSessionResolvers } from '../../generated/resolvers.ts'

export const LiveSession: LiveSessionResolvers = {
  stage: async (session, _, { loaders }) => {
    const stage = await loaders.stage.load(session.id)
    if (!stage) throw new Error(`no stage of ${session.id}`)
    return stage
  },
}

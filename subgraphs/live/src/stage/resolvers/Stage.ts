import type { StageResolvers } from '../../generated/resolvers.ts'

export const Stage: StageResolvers = {
  session: (stage, _, { loaders }) => loaders.sessionOf(stage),
  at: (_, __, { now }) => now(),
}

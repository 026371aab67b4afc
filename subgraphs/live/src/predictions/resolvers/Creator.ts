import type { CreatorResolvers } from '../../generated/resolvers.ts'

export const Creator: CreatorResolvers = {
  hostRecord: (creator, _, { loaders }) => loaders.hostRecord.load(creator.id),
}

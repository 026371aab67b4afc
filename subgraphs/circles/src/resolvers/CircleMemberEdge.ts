import type { CircleMemberEdgeResolvers } from '../generated/resolvers.ts'

export const CircleMemberEdge: CircleMemberEdgeResolvers = {
  state: (edge) => edge.node.state,
  since: (edge) => edge.node.from,
  node: (edge) => ({ id: edge.node.userId }),
}

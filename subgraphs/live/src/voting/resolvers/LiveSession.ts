import { connection } from '@planet/runtime/connection'
import type { LiveSessionResolvers } from '../../generated/resolvers.ts'
import { snapshotKey } from '../db/snapshot.ts'

export const LiveSession: LiveSessionResolvers = {
  consensus: (session, _, { loaders }) => (session.startedAt ? loaders.consensusOf(session) : null),
  viewerVote: async (session, _, { loaders }) => {
    const vote = await loaders.viewerVote.load(session.id)
    return vote && { ...vote, horizonMs: session.voteHorizonMs }
  },
  consensusHistory: async (session, args, { loaders }) => {
    const { edges, pageInfo } = await connection(
      args,
      (page) => loaders.snapshotsOfSession.load({ parentId: session.id, ...page }),
      snapshotKey,
    )
    return {
      edges: edges.map(({ cursor, node: { seq, at, consensus } }) => ({ cursor, node: { seq, at, ...consensus } })),
      pageInfo,
    }
  },
}

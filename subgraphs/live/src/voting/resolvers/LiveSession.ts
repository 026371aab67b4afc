import { connection } from '@planet/runtime/connection'
import type { ConsensusResolvers, LiveSessionResolvers, PredictionResolvers, VoteResolvers } from '../../generated/resolvers.ts'
import { predictionKey } from '../../predictions/db/prediction.ts'
import { snapshotKey } from '../db/snapshot.ts'
import { stanceOf } from '../domain/stance.ts'

/** What a session's votes come to. */
export const sessionVotes: Pick<LiveSessionResolvers, 'consensus' | 'viewerVote' | 'consensusHistory' | 'predictions'> = {
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
  predictions: (session, args, { loaders }) =>
    connection(args, (page) => loaders.predictionsOfSession.load({ parentId: session.id, ...page }), predictionKey),
}

const MINUTE_MS = 60_000

export const Consensus: ConsensusResolvers = {
  async changeLastMinute(consensus, _, { loaders }) {
    if (consensus.state !== 'FORMED') return null
    const at = new Date(consensus.at.getTime() - MINUTE_MS)
    const before = await loaders.probabilityAt.load({ sessionId: consensus.session.id, at })
    return before === null ? null : consensus.probabilityUp - before
  },
}

export const Vote: VoteResolvers = {
  stance: (vote) => stanceOf(vote.probabilityUp),
  horizon: (vote) => vote.horizonMs,
}

export const Prediction: PredictionResolvers = {
  session: async ({ sessionId }, _, { loaders }) => {
    const session = await loaders.currentSession.load(sessionId)
    if (!session) throw new Error(`no session ${sessionId}`)
    return session
  },
  consensus: ({ consensus, consensusSeq, lockedAt }) => ({ ...consensus, seq: consensusSeq, at: lockedAt }),
  outcome: ({ isUp }) => (isUp === null ? null : isUp ? 'UP' : 'NOT_UP'),
}

import type { ConsensusResolvers } from '../../generated/resolvers.ts'

const MINUTE_MS = 60_000

export const Consensus: ConsensusResolvers = {
  async changeLastMinute(consensus, _, { loaders }) {
    if (consensus.state !== 'FORMED') return null
    const at = new Date(consensus.at.getTime() - MINUTE_MS)
    const before = await loaders.probabilityAt.load({ sessionId: consensus.session.id, at })
    return before === null ? null : consensus.probabilityUp - before
  },
}

import type { VoteResolvers } from '../../generated/resolvers.ts'
import { stanceOf } from '../domain/stance.ts'

export const Vote: VoteResolvers = {
  stance: (vote) => stanceOf(vote.probabilityUp),
  horizon: (vote) => vote.horizonMs,
}

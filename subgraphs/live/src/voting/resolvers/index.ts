import { Consensus } from './Consensus.ts'
import { castVote } from './castVote.ts'
import { LiveSession } from './LiveSession.ts'
import { Subscription } from './Subscription.ts'
import { Vote } from './Vote.ts'

export const votingResolvers = {
  Mutation: { castVote },
  Subscription,
  LiveSession,
  Consensus,
  Vote,
}

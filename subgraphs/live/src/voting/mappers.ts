import type { Consensus } from './domain/consensus.ts'
import type { SessionConsensus } from './rooms.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type ConsensusMapper = SessionConsensus
export type ConsensusSnapshotMapper = Consensus & { readonly seq: number; readonly at: Date }
export type VoteMapper = {
  readonly probabilityUp: number
  readonly castAt: Date
  readonly revision: number
  readonly horizonMs: number
}

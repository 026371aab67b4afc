import type { Id } from '@planet/runtime/ids'
import type { LiveSessionRow } from './db/live-session.ts'
import type { SessionConsensus } from './session-consensus.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type LiveSessionMapper = LiveSessionRow
export type ConsensusMapper = SessionConsensus
export type PostMapper = { readonly id: Id<'Post'> }
export type CreatorMapper = { readonly id: Id<'User'> }
export type InstrumentMapper = { readonly id: Id<'Instrument'> }

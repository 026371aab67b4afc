import type { AudienceState } from './db/audience.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type SessionAudienceMapper = AudienceState

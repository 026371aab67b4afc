import type { LiveSessionRow } from './db/live-session.ts'
import type { MomentRow } from './db/moment.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type LiveSessionMapper = LiveSessionRow
export type TimelineMomentMapper = MomentRow

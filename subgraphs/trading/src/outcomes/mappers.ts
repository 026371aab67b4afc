import type { Id } from '@planet/runtime/ids'
import type { SignalOutcomeRow } from './db/signal-outcome.ts'
import type { StoredFill } from './db/stored-fill.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type SignalFillMapper = StoredFill
export type SignalOutcomeMapper = SignalOutcomeRow
/** Trading knows of a signal by its id only, until it looks for the outcome. */
export type SignalMapper = { readonly id: Id<'Signal'> }

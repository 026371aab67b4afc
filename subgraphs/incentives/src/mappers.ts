import type { Id } from '@planet/runtime/ids'
import type { TouchRow } from './touches/db/touch.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type TouchMapper = TouchRow
export type PostMapper = { readonly id: Id<'Post'> }
/** Made only for a viewer who may see the trade. */
export type TradeMapper = { readonly id: Id<'Trade'>; readonly agreesWithSignal: boolean | null }

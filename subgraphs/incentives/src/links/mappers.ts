import type { Id } from '@planet/runtime/ids'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type PostMapper = { readonly id: Id<'Post'> }
/** Made only for a viewer who may see the trade. */
export type TradeMapper = { readonly id: Id<'Trade'>; readonly agreesWithSignal: boolean | null }

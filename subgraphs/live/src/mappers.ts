import type { Id } from '@planet/runtime/ids'

/** What resolvers return for the types of other subgraphs; read by `codegen.ts`. */
export type UserMapper = { readonly id: Id<'User'> }
export type PostMapper = { readonly id: Id<'Post'> }
export type CreatorMapper = { readonly id: Id<'User'> }
export type InstrumentMapper = { readonly id: Id<'Instrument'> }

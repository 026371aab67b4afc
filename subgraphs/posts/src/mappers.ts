import type { Id } from '@planet/runtime/ids'

/** What resolvers return for a GraphQL type that several subjects refer to; read by `codegen.ts`. */
export type CreatorMapper = { readonly id: Id<'User'> }
export type CircleMapper = { readonly id: Id<'Circle'> }
export type InstrumentMapper = { readonly id: string }

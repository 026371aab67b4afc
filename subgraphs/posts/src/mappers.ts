import type { Id } from '@planet/runtime/ids'
import type { PostRow } from './publishing/db/post.ts'
import type { PostVersionRow } from './publishing/db/post-version.ts'
import type { SignalRow } from './publishing/db/signal.ts'
import type { Cashtag } from './publishing/domain/cashtag.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type PostMapper = PostRow
export type PostVersionMapper = PostVersionRow
export type SignalMapper = SignalRow
export type CashtagMapper = Cashtag
export type CreatorMapper = { readonly id: Id<'User'> }
export type CircleMapper = { readonly id: Id<'Circle'> }
export type InstrumentMapper = { readonly id: string }

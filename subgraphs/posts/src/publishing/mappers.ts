import type { PostRow } from './db/post.ts'
import type { PostVersionRow } from './db/post-version.ts'
import type { SignalRow } from './db/signal.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type PostMapper = PostRow
export type PostVersionMapper = PostVersionRow
export type SignalMapper = SignalRow

import type { Viewer } from '@planet/runtime/viewer'
import type { CreatorRow } from './db/creator.ts'
import type { TokenRevocationRow } from './db/token-revocation.ts'
import type { UserRow } from './db/user.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CreatorMapper = CreatorRow
export type TokenRevocationMapper = TokenRevocationRow
export type UserMapper = UserRow
/** Nothing is loaded for it. */
export type RateLimitsMapper = object
export type ViewerMapper = Viewer

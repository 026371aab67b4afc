import type { Id } from '@planet/runtime/ids'
import type { CircleRow } from './db/circle.ts'
import type { MemberRow } from './db/member.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CircleMapper = CircleRow
export type CircleMemberEdgeMapper = { readonly cursor: string; readonly node: MemberRow }
export type CreatorMapper = { readonly id: Id<'User'> }

import type { Id } from '@planet/runtime/ids'
import type { Engagement } from './domain/engagement.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CreatorMapper = { readonly id: Id<'User'> }
export type CreatorEngagementMapper = Engagement

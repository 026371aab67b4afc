import { CALLER_KINDS, callerKindOf, DOCUMENT_LIMITS } from '@planet/runtime/caller-limits'
import type { Context } from '../context.ts'
import type { CallerKind as KindName, RateLimitsResolvers } from '../generated/resolvers.ts'

const KIND = { anonymous: 'ANONYMOUS', user: 'USER', partner: 'PARTNER', analyst: 'ANALYST' } as const satisfies Record<
  (typeof CALLER_KINDS)[number],
  KindName
>

const limitOf = (kind: (typeof CALLER_KINDS)[number], { limits }: Context) => ({ kind: KIND[kind], ...limits.callers[kind] })

export const RateLimits: RateLimitsResolvers = {
  viewer: (_, __, ctx) => limitOf(callerKindOf(ctx.viewer), ctx),
  all: (_, __, ctx) => CALLER_KINDS.map((kind) => limitOf(kind, ctx)),
  depth: () => DOCUMENT_LIMITS.depth,
  fields: () => DOCUMENT_LIMITS.fields,
  socketsPerUser: (_, __, ctx) => ctx.limits.socketsPerUser,
  socketsPerAddress: (_, __, ctx) => ctx.limits.socketsPerAddress,
  operationsPerSocket: (_, __, ctx) => ctx.limits.operationsPerSocket,
  mutations: (_, __, ctx) => ctx.limits.mutations,
}

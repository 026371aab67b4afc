import { performOnce } from '@planet/runtime/idempotency'
import { newId, requireId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireRole } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../db/tables.ts'
import { getTokenRevocation } from '../db/token-revocation.ts'
import { decideRevocation } from '../domain/token-revocation.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'
import { revokeTokens as revoke } from '../token-revocation.ts'

type Result = Awaited<ResolversTypes['RevokeTokensResult']>

export const revokeTokens: MutationResolvers['revokeTokens'] = async (_, { input }, ctx) => {
  const admin = requireRole(ctx.viewer, 'admin')
  const now = ctx.now()
  const decision = decideRevocation(input)
  if (decision.kind === 'Refused') return invalidInput(decision.faults)
  const id = newId<'TokenRevocation'>(now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId: admin.userId, mutation: 'revokeTokens', input, resultId: id, now },
    async (tx) => ({
      __typename: 'RevokeTokensSuccess',
      revocation: await revoke(tx, now, { id, revoked: decision.revoked }),
    }),
    async (tx, earlierId) => ({
      __typename: 'RevokeTokensSuccess',
      revocation: await getTokenRevocation(tx, requireId<'TokenRevocation'>(earlierId)),
    }),
  )
}

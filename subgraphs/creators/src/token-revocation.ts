import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { insertTokenRevocation, type TokenRevocationRow } from './db/token-revocation.ts'
import type { Revoked } from './domain/token-revocation.ts'
import { emitTokensRevoked } from './events.ts'

/** Stores a revocation and tells every gateway, once `tx` commits. `now` is in platform time. */
export async function revokeTokens(
  tx: Tx,
  now: Date,
  { id, revoked }: { readonly id: Id<'TokenRevocation'>; readonly revoked: Revoked },
): Promise<TokenRevocationRow> {
  const revocation = await insertTokenRevocation(tx, { id, ...revoked })
  await emitTokensRevoked(tx, now, { revocationId: id })
  return revocation
}

import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { TokensRevoked } from '@planet/runtime/events/creators'
import type { Id } from '@planet/runtime/ids'
import { insertTokenRevocation, type TokenRevocationRow } from './db/token-revocation.ts'
import type { Revoked } from './domain/token-revocation.ts'

/** Stores a revocation and tells every gateway, once `tx` commits. `now` is in platform time. */
export async function revokeTokens(
  tx: Tx,
  now: Date,
  { id, revoked }: { readonly id: Id<'TokenRevocation'>; readonly revoked: Revoked },
): Promise<TokenRevocationRow> {
  const revocation = await insertTokenRevocation(tx, { id, ...revoked })
  await emit(tx, TokensRevoked, now, { revocationId: id })
  return revocation
}

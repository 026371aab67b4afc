import { findUserByHandle } from '@planet/creators/db/user'
import { decideRevocation, type Revoked } from '@planet/creators/domain/token-revocation'
import { revokeTokens } from '@planet/creators/token-revocation'
import { type Database, openDatabase, roleOf } from '@planet/runtime/database'
import { newId, parseId } from '@planet/runtime/ids'

/** Whose tokens to take back: a user by id or handle, or one token by its claim `jti`. */
export type RevokeOptions = { readonly user?: string; readonly token?: string }

/**
 * Takes access tokens back in the database of a platform, which tells its gateways. Says what was revoked; throws, naming the
 * option, for what means nobody.
 */
export async function revoke(databaseUrl: string, { user, token }: RevokeOptions): Promise<string> {
  await using database = openDatabase({ url: databaseUrl, role: roleOf('creators'), audience: 'interactive', maxConnections: 1 })
  if ((user === undefined) === (token === undefined)) throw new Error('Give either --user or --token.')
  const decision = decideRevocation({ userId: user === undefined ? null : await userIdOf(database, user), tokenId: token })
  if (decision.kind === 'Refused') throw new Error(`--token: ${decision.faults[0]?.message}`)
  const { revoked } = decision
  const now = new Date()
  const { revokedAt } = await database.db.transaction((tx) => revokeTokens(tx, now, { id: newId(now), revoked }))
  return `${describe(revoked)} revoked at ${revokedAt.toISOString()}.`
}

async function userIdOf({ db }: Database, user: string): Promise<string> {
  const id = parseId<'User'>(user) ?? (await findUserByHandle(db, user))?.id
  if (!id) throw new Error(`--user: nobody has the id or handle ${user}.`)
  return id
}

const describe = ({ userId, tokenId }: Revoked): string =>
  tokenId === null ? `All access tokens that ${userId} was issued until now are` : `The access token ${tokenId} is`

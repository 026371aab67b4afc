import { randomUUID } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Id } from '@planet/runtime/ids'
import { readOrMake } from '@planet/runtime/kept-file'
import type { Role } from '@planet/runtime/viewer'
import type { JSONWebKeySet, JWK } from 'jose'
import { createLocalJWKSet } from 'jose/jwks/local'
import { SignJWT } from 'jose/jwt/sign'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { importJWK } from 'jose/key/import'
import { z } from 'zod'
import { createTokenVerifier, MAX_TOKEN_LIFE_S, type TokenVerifier } from './tokens.ts'

export const DEV_ISSUER = 'planet-development'
export const DEV_AUDIENCE = 'planet'

/** Someone whose token development hands out. */
export type Person = {
  readonly name: string
  readonly userId: Id<'User'>
  readonly displayName: string
  readonly roles: readonly Role[]
}

/** Issues access tokens where no identity provider is at hand. For development only: production refuses to start with it. */
export type DevIssuer = {
  /** An ES256 access token, valid for `lifetimeS` seconds from now. */
  issueToken(options: {
    readonly userId: Id<'User'>
    readonly roles: readonly Role[]
    readonly lifetimeS: number
  }): Promise<string>
  /** The public keys, as an identity provider would publish them. */
  readonly jwks: JSONWebKeySet
  readonly verifyToken: TokenVerifier
}

const StoredKey = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
})

/**
 * Opens the issuer whose key is in `home/issuer.json`, making both if there are none. Several processes may do so at once. Its
 * verifier takes no token that lives longer than `maxTokenLifeS`.
 */
export async function openDevIssuer(home: string, maxTokenLifeS = MAX_TOKEN_LIFE_S): Promise<DevIssuer> {
  const file = join(home, 'issuer.json')
  const stored = parseKey(file, await readOrCreate(file))
  const { d: _, ...publicKey } = stored
  const jwks: JSONWebKeySet = { keys: [{ ...publicKey, alg: 'ES256', use: 'sig' } as JWK] }
  const privateKey = await importJWK(stored as JWK, 'ES256').catch((cause: unknown) => {
    throw damaged(file, cause)
  })
  return {
    jwks,
    verifyToken: createTokenVerifier({
      issuer: DEV_ISSUER,
      audience: DEV_AUDIENCE,
      // The key of a home stays the same.
      keys: Object.assign(createLocalJWKSet(jwks), { version: () => jwks }),
      maxLifeS: maxTokenLifeS,
    }),
    issueToken: ({ userId, roles, lifetimeS }) =>
      new SignJWT({ roles: [...roles] })
        .setProtectedHeader({ alg: 'ES256', kid: stored.kid })
        .setIssuer(DEV_ISSUER)
        .setAudience(DEV_AUDIENCE)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeS)
        .sign(privateKey),
  }
}

function parseKey(file: string, text: string): z.infer<typeof StoredKey> {
  try {
    return StoredKey.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(file, cause)
  }
}

const damaged = (file: string, cause: unknown) =>
  new Error(`${file} is damaged. Put back what was there, or remove it: tokens of the key in it are refused then.`, { cause })

async function readOrCreate(file: string): Promise<string> {
  const existing = await readPrivate(file)
  if (existing !== null) return existing
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  await mkdir(join(file, '..'), { recursive: true })
  const made = JSON.stringify({ ...(await exportJWK(privateKey)), kid: randomUUID() })
  readOrMake(file, () => made)
  const created = await readPrivate(file)
  if (created === null) throw new Error(`${file} vanished while it was made`)
  return created
}

/** Null if there is no such file. Refuses a key that others may read. */
async function readPrivate(file: string): Promise<string | null> {
  try {
    if (((await stat(file)).mode & 0o077) !== 0)
      throw new Error(`${file} holds a private key and must be readable by its owner only (chmod 600)`)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

import { createServer } from 'node:http'
import { newId } from '@planet/runtime/ids'
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { bearerToken, createTokenVerifier, remoteKeys, type TokenVerifier } from './tokens.ts'

const userId = newId<'User'>(new Date(0))
const issuer = 'https://id.example'
const audience = 'planet'
const nowMs = Date.now()
const inOneHour = Math.floor(nowMs / 1000) + 3600
const claims = { sub: userId, roles: ['analyst', 'unheard-of'], iss: issuer, aud: audience, exp: inOneHour }

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let verify: TokenVerifier

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] }
  verify = createTokenVerifier({ issuer, audience, keys: createLocalJWKSet(jwks) })
})

/** Claims that are undefined are left out, as JSON does. */
type Claims = { readonly [Name in keyof JWTPayload]: JWTPayload[Name] | undefined }

const sign = (payload: Claims, key = keys.privateKey) =>
  new SignJWT(payload as JWTPayload).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(key)

const unauthenticated = { extensions: { code: 'UNAUTHENTICATED' }, message: 'The access token is not valid.' }

it('knows the user, the roles it has heard of, `user` for any token, and the end', async () => {
  expect(await verify(await sign(claims))).toEqual({
    viewer: { userId, roles: ['user', 'analyst'] },
    expiresAt: new Date(inOneHour * 1000),
    issuedAt: null,
    tokenId: null,
  })
})

it('knows which token it is and when it was issued, if it says so', async () => {
  const iat = Math.floor(nowMs / 1000)
  expect(await verify(await sign({ ...claims, iat, jti: 'this one' }))).toMatchObject({
    issuedAt: new Date(iat * 1000),
    tokenId: 'this one',
  })
})

it.each<[string, Claims]>([
  ['that has expired', { ...claims, exp: Math.floor(nowMs / 1000) - 60 }],
  ['without an expiry', { ...claims, exp: undefined }],
  ['for another audience', { ...claims, aud: 'elsewhere' }],
  ['without an audience', { ...claims, aud: undefined }],
  ['of another issuer', { ...claims, iss: 'https://evil.example' }],
  ['without an issuer', { ...claims, iss: undefined }],
  ['without a subject', { ...claims, sub: undefined }],
  ['whose subject is no user id', { ...claims, sub: 'root' }],
  ['that is not valid yet', { ...claims, nbf: inOneHour }],
])('refuses a token %s', async (_, payload) => {
  await expect(verify(await sign(payload))).rejects.toMatchObject(unauthenticated)
})

it('refuses a token that nobody signed', async () => {
  const unsigned = new UnsecuredJWT(claims).encode()
  await expect(verify(unsigned)).rejects.toMatchObject(unauthenticated)
})

it('refuses a token signed with the public key as if it were a shared secret', async () => {
  const forged = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' })
  const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey))
  await expect(verify(await forged.sign(secret))).rejects.toMatchObject(unauthenticated)
})

it('refuses a token of another key, a changed token and what is no token', async () => {
  const other = await generateKeyPair('ES256')
  await expect(verify(await sign(claims, other.privateKey))).rejects.toMatchObject(unauthenticated)
  const [header, , signature] = (await sign(claims)).split('.')
  const changed = Buffer.from(JSON.stringify({ ...claims, roles: ['admin'] })).toString('base64url')
  await expect(verify(`${header}.${changed}.${signature}`)).rejects.toMatchObject(unauthenticated)
  await expect(verify('nonsense')).rejects.toMatchObject(unauthenticated)
})

it('forgets a verified token when it expires', async () => {
  let now = nowMs
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] }
  const aging = createTokenVerifier({ issuer, audience, keys: createLocalJWKSet(jwks), nowMs: () => now })
  const token = await sign(claims)
  await aging(token)
  now = inOneHour * 1000 + 10_000
  await expect(aging(token)).rejects.toMatchObject(unauthenticated)
})

it('fetches the keys of a provider, and says UNAVAILABLE while they cannot be had', async () => {
  let isUp = false
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] })
  const provider = createServer((_, response) => {
    response.writeHead(isUp ? 200 : 500, { 'content-type': 'application/json' })
    response.end(jwks)
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  const address = provider.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const verifier = createTokenVerifier({ issuer, audience, keys: remoteKeys(`http://127.0.0.1:${port}/jwks`) })
  const token = await sign(claims)
  await expect(verifier(token)).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
  isUp = true
  expect((await verifier(token)).viewer.userId).toBe(userId)
  provider.closeAllConnections()
  provider.close()
  const unreachable = createTokenVerifier({ issuer, audience, keys: remoteKeys(`http://127.0.0.1:${port}/jwks`) })
  await expect(unreachable(token)).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
})

it('reads a bearer token and takes any other credentials for an invalid one', () => {
  expect(bearerToken(undefined)).toBeUndefined()
  expect(bearerToken('bearer abc.def')).toBe('abc.def')
  for (const other of ['', 'Bearer', 'Bearer a b', 'Basic YTpi']) expect(() => bearerToken(other)).toThrow('not valid')
})

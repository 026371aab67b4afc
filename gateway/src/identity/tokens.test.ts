import { createServer } from 'node:http'
import { newId } from '@planet/runtime/ids'
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { bearerToken, createTokenVerifier, remoteKeys, type TokenVerifier } from './tokens.ts'

const userId = newId<'User'>(new Date(0))
const issuer = 'https://id.example'
const audience = 'planet'
const nowMs = Date.now()
const nowS = Math.floor(nowMs / 1000)
const inOneHour = nowS + 3600
const YEAR_S = 365 * 86_400
const claims = { sub: userId, roles: ['analyst', 'unheard-of'], iss: issuer, aud: audience, iat: nowS, exp: inOneHour }

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

/** An issuer that publishes a key set, or fails for null. */
async function startProvider(publish: () => string | null): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((_, response) => {
    const text = publish()
    response.writeHead(text === null ? 500 : 200, { 'content-type': 'application/json' })
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What a token is refused with; null if it is taken. */
const refusalOf = (verdict: ReturnType<TokenVerifier>) =>
  Promise.resolve(verdict).then(
    () => null,
    (error: unknown) => error,
  )

const unauthenticated = { extensions: { code: 'UNAUTHENTICATED' }, message: 'The access token is not valid.' }

it('knows the user, the roles it has heard of, `user` for any token, and the end', async () => {
  expect(await verify(await sign(claims))).toEqual({
    viewer: { userId, roles: ['user', 'analyst'] },
    expiresAt: new Date(inOneHour * 1000),
    issuedAt: new Date(nowS * 1000),
    tokenId: null,
  })
})

it('knows which token it is, if it says so', async () => {
  expect(await verify(await sign({ ...claims, jti: 'this one' }))).toMatchObject({ tokenId: 'this one' })
})

it.each<[string, Claims]>([
  ['that has expired', { ...claims, iat: nowS - 120, exp: nowS - 60 }],
  ['that has expired this moment', { ...claims, iat: nowS - 120, exp: nowS }],
  ['without an expiry', { ...claims, exp: undefined }],
  ['without a time of issue', { ...claims, iat: undefined }],
  ['that is issued later', { ...claims, iat: nowS + 60 }],
  ['for ten years', { ...claims, exp: nowS + 10 * YEAR_S }],
  ['for ten years, which are nearly over', { ...claims, iat: nowS - 10 * YEAR_S, exp: inOneHour }],
  ['for a second more than a day', { ...claims, exp: nowS + 86_401 }],
  ['for ever', { ...claims, exp: 1e300 }],
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

it('takes a token of a day, and of an issuer whose clock is three seconds fast', async () => {
  expect(await verify(await sign({ ...claims, exp: nowS + 86_400 }))).toMatchObject({ viewer: { userId } })
  expect(await verify(await sign({ ...claims, iat: nowS + 3, nbf: nowS + 3 }))).toMatchObject({ viewer: { userId } })
})

it('takes no token that lives longer than is configured', async () => {
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] }
  const strict = createTokenVerifier({ issuer, audience, keys: createLocalJWKSet(jwks), maxLifeS: 3_599 })
  await expect(strict(await sign(claims))).rejects.toMatchObject(unauthenticated)
  expect(await strict(await sign({ ...claims, exp: nowS + 3_599 }))).toMatchObject({ viewer: { userId } })
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

it('refuses a verified token from the millisecond at which it expires', async () => {
  let now = nowMs
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] }
  const local = Object.assign(createLocalJWKSet(jwks), { version: () => jwks })
  const aging = createTokenVerifier({ issuer, audience, keys: local, nowMs: () => now })
  const token = await sign(claims)
  const proven = await aging(token)
  now = inOneHour * 1000 - 1
  expect(aging(token)).toBe(proven)
  now++
  await expect(aging(token)).rejects.toMatchObject(unauthenticated)
})

it('refuses a verified token once its key has left the key set, and takes those of the others', async () => {
  const other = await generateKeyPair('ES256', { extractable: true })
  const [left, stays] = [await exportJWK(keys.publicKey), await exportJWK(other.publicKey)].map((key, index) => ({
    ...key,
    kid: `k${index + 1}`,
    alg: 'ES256',
  }))
  let published = { keys: [left ?? {}, stays ?? {}] }
  const provider = await startProvider(() => JSON.stringify(published))
  let now = nowMs
  try {
    const verifier = createTokenVerifier({ issuer, audience, keys: remoteKeys(provider.url, () => now), nowMs: () => now })
    const [first, second] = [
      await sign(claims),
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k2' }).sign(other.privateKey),
    ]
    const proven = await verifier(first)
    await verifier(second)
    published = { keys: [stays ?? {}] }
    // The keys are looked at anew a minute later, while the old ones still serve.
    now += 61_000
    await expect.poll(async () => refusalOf(verifier(first))).toMatchObject(unauthenticated)
    expect(await verifier.isStillProven?.(proven)).toBe(false)
    expect(await verifier(second)).toMatchObject({ viewer: { userId } })
  } finally {
    provider.stop()
  }
})

it('holds keys for ten minutes while their issuer cannot be reached, and no token after that', async () => {
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] })
  const provider = await startProvider(() => jwks)
  let now = nowMs
  const verifier = createTokenVerifier({ issuer, audience, keys: remoteKeys(provider.url, () => now), nowMs: () => now })
  const token = await sign(claims)
  await verifier(token)
  provider.stop()
  now += 10 * 60_000 - 1
  expect(await verifier(token)).toMatchObject({ viewer: { userId } })
  now++
  await expect(verifier(token)).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
})

it('fetches the keys of a provider, and says UNAVAILABLE while they cannot be had', async () => {
  let isUp = false
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] })
  const provider = await startProvider(() => (isUp ? jwks : null))
  const verifier = createTokenVerifier({ issuer, audience, keys: remoteKeys(provider.url) })
  const token = await sign(claims)
  await expect(verifier(token)).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
  isUp = true
  expect((await verifier(token)).viewer.userId).toBe(userId)
  provider.stop()
  const unreachable = createTokenVerifier({ issuer, audience, keys: remoteKeys(provider.url) })
  await expect(unreachable(token)).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
})

it('reads a bearer token and takes any other credentials for an invalid one', () => {
  expect(bearerToken(undefined)).toBeUndefined()
  expect(bearerToken('bearer abc.def')).toBe('abc.def')
  for (const other of ['', 'Bearer', 'Bearer a b', 'Basic YTpi']) expect(() => bearerToken(other)).toThrow('not valid')
})

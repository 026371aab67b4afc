import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { createRevocations } from './revocations.ts'
import { createTokenVerifier, type IssuerKeys, type TokenVerifier } from './tokens.ts'

const issuer = 'https://id.example'
const audience = 'planet'
const users = [newId<'User'>(new Date(0)), newId<'User'>(new Date(1))]
const START_S = 1_800_000_000
const HOUR_S = 3600
const DAY_S = 24 * HOUR_S

type Token = {
  readonly text: string
  readonly key: number
  readonly user: number
  readonly iat: number
  readonly exp: number
  readonly nbf: number
}

/** Two keys under names of their own, and a third under the name of the first. */
const published: JWK[] = []
const tokens: Token[] = []

beforeAll(async () => {
  const pairs = await Promise.all([0, 1, 2].map(() => generateKeyPair('ES256', { extractable: true })))
  for (const [index, { publicKey }] of pairs.entries())
    published.push({ ...(await exportJWK(publicKey)), kid: `k${index % 2}`, alg: 'ES256' })
  const times = [
    { iat: 0, nbf: 0, exp: HOUR_S },
    { iat: 3, nbf: 3, exp: DAY_S },
    { iat: 0, nbf: 0, exp: DAY_S + 1 },
    { iat: -2 * HOUR_S, nbf: -2 * HOUR_S, exp: 5 },
    { iat: HOUR_S, nbf: HOUR_S, exp: DAY_S + HOUR_S },
    { iat: 0, nbf: 2 * HOUR_S, exp: 3 * HOUR_S },
    { iat: 0, nbf: 0, exp: 3650 * DAY_S },
  ]
  for (const [key, { privateKey }] of pairs.entries()) {
    for (const [index, { iat, nbf, exp }] of times.entries()) {
      const user = index % 2
      const claims = {
        sub: users[user] ?? '',
        jti: `${key} ${index}`,
        iat: START_S + iat,
        nbf: START_S + nbf,
        exp: START_S + exp,
      }
      const text = await new SignJWT({ ...claims, iss: issuer, aud: audience })
        .setProtectedHeader({ alg: 'ES256', kid: `k${key % 2}` })
        .sign(privateKey)
      tokens.push({ text, key, user, iat: claims.iat, nbf: claims.nbf, exp: claims.exp })
    }
  }
})

/** What happens between two uses of a token. Seconds and milliseconds are from the start. */
type Step =
  | { readonly kind: 'clock'; readonly atMs: number }
  | { readonly kind: 'keys'; readonly keys: readonly number[] }
  | { readonly kind: 'revoke user'; readonly user: number }
  | { readonly kind: 'revoke token'; readonly token: number }
  | { readonly kind: 'use'; readonly token: number }

const TOKENS = 21
const token = fc.nat(TOKENS - 1)
/** Near where something of a token begins or ends, and anywhere else. */
const atMs = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(0, 3, 5, HOUR_S, 2 * HOUR_S, 3 * HOUR_S, DAY_S, DAY_S + 1, DAY_S + HOUR_S),
      fc.integer({ min: -6_000, max: 6_000 }),
    )
    .map(([s, ms]) => s * 1000 + ms),
  fc.integer({ min: -DAY_S * 1000, max: 40 * DAY_S * 1000 }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: atMs.map((ms): Step => ({ kind: 'clock', atMs: ms })) },
  { weight: 1, arbitrary: fc.subarray([0, 1, 2]).map((keys): Step => ({ kind: 'keys', keys })) },
  { weight: 1, arbitrary: fc.nat(1).map((user): Step => ({ kind: 'revoke user', user })) },
  { weight: 1, arbitrary: token.map((index): Step => ({ kind: 'revoke token', token: index })) },
  { weight: 8, arbitrary: token.map((index): Step => ({ kind: 'use', token: index })) },
)

const verdictOf = async (verify: TokenVerifier, text: string) => {
  try {
    return (await verify(text)).viewer.userId
  } catch {
    return 'refused'
  }
}

it('a cached proof never outlives key, revocation or end: it agrees with a fresh one, and both with the rules', async () => {
  const uses = { taken: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      let nowMs = START_S * 1000
      let latestMs = nowMs
      let known: readonly number[] = [0, 1]
      let local = createLocalJWKSet({ keys: [] })
      const publish = (keys: readonly number[]) => {
        known = keys.filter((key) => key !== 2 || !keys.includes(0))
        local = createLocalJWKSet({ keys: known.flatMap((key) => published[key] ?? []) })
      }
      publish(known)
      const keys: IssuerKeys = Object.assign((...args: Parameters<IssuerKeys>) => local(...args), { version: () => local })
      const newVerifier = () => createTokenVerifier({ issuer, audience, keys, nowMs: () => nowMs })
      const revoked: { readonly user?: number; readonly token?: number; readonly atMs: number }[] = []
      const cached = createRevocations(newVerifier(), () => nowMs)
      for (const each of steps) {
        if (each.kind === 'clock') {
          // A clock may be set back by up to an hour.
          nowMs = Math.max(START_S * 1000 + each.atMs, latestMs - HOUR_S * 1000)
          latestMs = Math.max(latestMs, nowMs)
        } else if (each.kind === 'keys') publish(each.keys)
        else if (each.kind === 'revoke user') {
          revoked.push({ user: each.user, atMs: nowMs })
          cached.revoke({ userId: users[each.user] ?? '' })
        } else if (each.kind === 'revoke token') {
          revoked.push({ token: each.token, atMs: nowMs })
          cached.revoke({ tokenId: jtiOf(each.token) })
        } else {
          const used = tokens[each.token]
          if (!used) throw new Error('no such token')
          const expected = isGood(used, each.token, nowMs, known, revoked) ? users[used.user] : 'refused'
          expect(await verdictOf(cached.verifyToken, used.text)).toBe(expected)
          const fresh = await verdictOf(newVerifier(), used.text)
          if (!isRevoked(used, each.token, revoked)) expect(fresh).toBe(expected)
          uses[expected === 'refused' ? 'refused' : 'taken']++
        }
      }
    }),
    { numRuns: 500 },
  )
  expect(uses.taken).toBeGreaterThan(200)
  expect(uses.refused).toBeGreaterThan(200)
})

const jtiOf = (index: number) => `${Math.floor(index / 7)} ${index % 7}`

type Revoked = readonly { readonly user?: number; readonly token?: number; readonly atMs: number }[]

const isRevoked = ({ user, iat }: Token, index: number, revoked: Revoked) =>
  revoked.some((each) => each.token === index || (each.user === user && iat * 1000 <= each.atMs + 5_000))

/** The rules, as `docs/operations.md` has them. */
const isGood = (used: Token, index: number, nowMs: number, keys: readonly number[], revoked: Revoked) =>
  keys.includes(used.key) &&
  nowMs < used.exp * 1000 &&
  used.iat * 1000 <= nowMs + 5_000 &&
  used.nbf * 1000 <= nowMs + 5_000 &&
  used.exp - used.iat <= DAY_S &&
  !isRevoked(used, index, revoked)

import { newId } from '@planet/runtime/ids'
import { expect, it } from 'vitest'
import { createRevocations } from './revocations.ts'
import type { Authenticated } from './tokens.ts'

const nowMs = Date.UTC(2026, 0, 1)
const ada = newId<'User'>(new Date(0))
const bob = newId<'User'>(new Date(0))
const minutesAgo = (minutes: number) => new Date(nowMs - minutes * 60_000)
const DAY_MS = 86_400_000

function authenticated(userId: Authenticated['viewer']['userId'], tokenId: string | null, issuedAt: Date | null): Authenticated {
  return { viewer: { userId, roles: ['user'] }, expiresAt: new Date(nowMs + 3_600_000), issuedAt, tokenId }
}

/** Tokens by their text. */
const tokens = new Map([
  ['ada 1', authenticated(ada, '1', minutesAgo(5))],
  ['ada 2', authenticated(ada, '2', minutesAgo(-1))],
  ['ada without a date', authenticated(ada, null, null)],
  ['bob', authenticated(bob, '3', minutesAgo(5))],
])

const start = () =>
  createRevocations(
    async (token) => tokens.get(token) ?? Promise.reject(new Error('no such token')),
    () => nowMs,
  )
const UNAUTHENTICATED = { extensions: { code: 'UNAUTHENTICATED' } }

it('refuses one token of a user and takes the others', async () => {
  const { revoke, verifyToken } = start()
  expect(await verifyToken('ada 1')).toBe(tokens.get('ada 1'))
  revoke({ tokenId: '1' })
  await expect(verifyToken('ada 1')).rejects.toMatchObject(UNAUTHENTICATED)
  expect(await verifyToken('ada 2')).toBe(tokens.get('ada 2'))
})

it('refuses what a user has so far, and takes what is issued later', async () => {
  const { revoke, verifyToken, isRevoked } = start()
  revoke({ userId: ada })
  await expect(verifyToken('ada 1')).rejects.toMatchObject(UNAUTHENTICATED)
  await expect(verifyToken('ada without a date')).rejects.toMatchObject(UNAUTHENTICATED)
  expect(await verifyToken('ada 2')).toBe(tokens.get('ada 2'))
  expect(await verifyToken('bob')).toBe(tokens.get('bob'))
  expect([...tokens.values()].map(isRevoked)).toEqual([true, false, true, false])
})

it('refuses what the issuer says it issues in three seconds, and takes what it issues in six', () => {
  const { revoke, isRevoked } = start()
  revoke({ userId: ada })
  const inSeconds = (seconds: number) => authenticated(ada, null, new Date(nowMs + seconds * 1000))
  expect([3, 5, 6].map((seconds) => isRevoked(inSeconds(seconds)))).toEqual([true, true, false])
})

it('refuses a token for as long as it lives, whatever is revoked meanwhile', () => {
  let now = nowMs
  const { revoke, isRevoked, size } = createRevocations(
    () => Promise.reject(new Error('nothing is verified here')),
    () => now,
    { maxTokenLifeS: 7 * 86_400 },
  )
  const longest = authenticated(ada, '1', new Date(nowMs + 3_000))
  revoke({ tokenId: '1' })
  revoke({ userId: ada })
  now += 7 * DAY_MS + 3_000
  revoke({ userId: bob })
  expect([isRevoked(longest), isRevoked({ ...longest, tokenId: null })]).toEqual([true, true])
  expect(size()).toBe(3)
  now += DAY_MS
  revoke({ tokenId: 'another' })
  expect(size()).toBe(2)
})

it('takes back more than there is room for rather than less', () => {
  const { revoke, isRevoked, size } = createRevocations(
    () => Promise.reject(new Error('nothing is verified here')),
    () => nowMs,
    { maxKept: 10 },
  )
  for (let index = 0; index < 30; index++) revoke({ tokenId: String(index) }, nowMs - (30 - index) * 60_000)
  expect(size()).toBeLessThanOrEqual(10)
  const revoked = Array.from({ length: 30 }, (_, index) => authenticated(bob, String(index), minutesAgo(31 - index)))
  expect(revoked.every(isRevoked)).toBe(true)
  expect(isRevoked(authenticated(ada, 'later', new Date(nowMs)))).toBe(false)
})

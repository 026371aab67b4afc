import { newId } from '@planet/runtime/ids'
import { expect, it } from 'vitest'
import { createRevocations } from './revocations.ts'
import type { Authenticated } from './tokens.ts'

const nowMs = Date.UTC(2026, 0, 1)
const ada = newId<'User'>(new Date(0))
const bob = newId<'User'>(new Date(0))
const minutesAgo = (minutes: number) => new Date(nowMs - minutes * 60_000)

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

import { newId } from '@planet/runtime/ids'
import { type Answer, newKey, newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCreatorsSubgraph } from '../src/subgraph.ts'

let creators: TestSubgraph
beforeAll(async () => {
  creators = await startTestSubgraph(createCreatorsSubgraph)
})
afterAll(() => creators[Symbol.asyncDispose]())

const REVOCATION = 'revocation { id userId tokenId revokedAt }'
const admin = newViewer('admin')
const revoke = (input: Record<string, unknown>, viewer: Viewer | null = admin) =>
  creators.mutate(
    viewer,
    'revokeTokens',
    `... on RevokeTokensSuccess { ${REVOCATION} } ... on InvalidInput { faults { field } }`,
    input,
  )
const FOLLOW = `subscription ($after: Cursor) { tokensRevoked(after: $after) { seq cursor ${REVOCATION} } }`
const LIST = `query ($since: DateTime!, $first: Int! = 100, $after: Cursor) {
  tokenRevocations(since: $since, first: $first, after: $after) { edges { node { id userId tokenId } } pageInfo { hasNextPage endCursor } } }`

describe('a revocation', () => {
  it('is of all that a user was issued, or of one token, by the clock of the machine', async () => {
    const userId = newId<'User'>(new Date())
    const before = Date.now()
    const ofUser = await revoke({ userId })
    expect(ofUser).toMatchObject({ __typename: 'RevokeTokensSuccess', revocation: { userId, tokenId: null } })
    expect(Math.abs(Date.parse(ofUser.revocation.revokedAt) - before)).toBeLessThan(60_000)
    const ofOne = await revoke({ tokenId: 'jti 1' })
    expect(ofOne.revocation).toMatchObject({ userId: null, tokenId: 'jti 1' })
  })

  it('is made once per key, and told once', async () => {
    const before = (await creators.eventsOf('creators.TokensRevoked')).length
    const input = { idempotencyKey: newKey(), userId: newId<'User'>(new Date()) }
    const results = await Promise.all([revoke(input), revoke(input), revoke(input)])
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
    expect((await creators.eventsOf('creators.TokensRevoked')).length).toBe(before + 1)
    await expect(revoke({ ...input, userId: newId<'User'>(new Date()) })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it.each([
    ['of nobody', {}],
    ['of two things', { userId: newId<'User'>(new Date()), tokenId: 'jti' }],
    ['of what is no id', { userId: 'root' }],
  ])('%s is refused', async (_, input) => {
    expect(await revoke(input)).toMatchObject({ __typename: 'InvalidInput', faults: [{ field: 'userId' }] })
  })

  it('is for admins, and so is to know of it', async () => {
    const input = { userId: newId<'User'>(new Date()) }
    await expect(revoke(input, null)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    for (const viewer of [newViewer(), newViewer('analyst'), newViewer('partner')]) {
      await expect(revoke(input, viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      const { data, errors } = await creators.query(viewer, LIST, { since: new Date(0).toISOString() })
      expect([data, errors?.[0]?.extensions?.code]).toEqual([null, 'FORBIDDEN'])
      await expect(creators.subscribe(viewer, FOLLOW)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
  })
})

describe('a gateway', () => {
  it('hears of every revocation, in order, and goes on where it was', async () => {
    const stream = await creators.subscribe(admin, FOLLOW)
    const tokenIds = ['first', 'second', 'third']
    for (const tokenId of tokenIds) await revoke({ tokenId })
    const heard: Answer['data'][] = []
    for (const _ of tokenIds) heard.push((await stream.next()).value?.data.tokensRevoked)
    await stream.return()
    expect(heard.map(({ revocation }) => revocation.tokenId)).toEqual(tokenIds)
    expect(heard.map(({ seq }) => seq - heard[0].seq)).toEqual([0, 1, 2])
    const later = await creators.subscribe(admin, FOLLOW, { after: heard[1].cursor })
    expect((await later.next()).value?.data.tokensRevoked).toEqual(heard[2])
    await later.return()
  })

  it('finds what was revoked before it was there, since when it asks, page by page', async () => {
    const [older, newer] = [await revoke({ tokenId: 'older' }), await revoke({ tokenId: 'newer' })]
    const since = older.revocation.revokedAt
    const first = (await creators.query(admin, LIST, { since, first: 1 })).data.tokenRevocations
    expect(first.edges).toMatchObject([{ node: { id: newer.revocation.id } }])
    const rest = await creators.query(admin, LIST, { since, first: 1, after: first.pageInfo.endCursor })
    expect(rest.data.tokenRevocations).toMatchObject({
      edges: [{ node: { id: older.revocation.id, tokenId: 'older', userId: null } }],
      pageInfo: { hasNextPage: false },
    })
  })
})

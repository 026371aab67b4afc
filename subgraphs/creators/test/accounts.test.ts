import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCreatorsSubgraph } from '../src/subgraph.ts'

let creators: TestSubgraph
beforeAll(async () => {
  creators = await startTestSubgraph(createCreatorsSubgraph)
})
afterAll(() => creators[Symbol.asyncDispose]())

const USER = 'user { id handle displayName isVerified registeredAt }'
const CREATOR = 'creator { id handle displayName headline followerCount viewerIsFollowing }'

let count = 0
const register = (viewer: Viewer, input: Record<string, unknown> = {}) =>
  creators.mutate(viewer, 'registerUser', `... on RegisterUserSuccess { ${USER} } ... on AlreadyRegistered { ${USER} }`, {
    handle: `user_${++count}`,
    displayName: 'A user',
    ...input,
  })
const openProfile = (viewer: Viewer, headline = 'Trades trends') =>
  creators.mutate(viewer, 'openCreatorProfile', `... on OpenCreatorProfileSuccess { ${CREATOR} }`, { headline })
const follow = (viewer: Viewer, creatorId: string, input: Record<string, unknown> = {}) =>
  creators.mutate(viewer, 'followCreator', `... on FollowCreatorSuccess { ${CREATOR} }`, { creatorId, ...input })
const unfollow = (viewer: Viewer, creatorId: string) =>
  creators.mutate(viewer, 'unfollowCreator', `... on UnfollowCreatorSuccess { ${CREATOR} }`, { creatorId })

async function newCreator() {
  const viewer = newViewer()
  await register(viewer)
  await openProfile(viewer)
  return viewer
}

async function newUser() {
  const viewer = newViewer()
  await register(viewer)
  return viewer
}

describe('registration', () => {
  it('makes the viewer a user under a handle', async () => {
    const viewer = newViewer()
    const result = await register(viewer, { handle: 'ada_l', displayName: ' Ada ' })
    expect(result.user).toMatchObject({ id: viewer.userId, handle: 'ada_l', displayName: 'Ada', isVerified: false })
    const { data } = await creators.query(viewer, '{ viewer { roles user { handle creator { id } } } }')
    expect(data.viewer).toEqual({ roles: ['USER'], user: { handle: 'ada_l', creator: null } })
  })

  it('refuses a taken handle, a second registration and every fault at once', async () => {
    const viewer = newViewer()
    await register(viewer, { handle: 'taken' })
    expect((await register(newViewer(), { handle: 'taken' })).code).toBe('HANDLE_TAKEN')
    expect(await register(viewer, { handle: 'another' })).toMatchObject({ code: 'ALREADY_REGISTERED', user: { handle: 'taken' } })
    const refused = await register(newViewer(), { handle: 'No!', displayName: '' })
    expect(refused.faults.map((fault: { field: string }) => fault.field)).toEqual(['handle', 'displayName'])
  })

  it('gives a handle to one of many who ask for it at once', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => register(newViewer(), { handle: 'wanted' })))
    expect(results.map((result) => result.__typename).sort()).toEqual([...Array(5).fill('HandleTaken'), 'RegisterUserSuccess'])
  })

  it('keeps what brought the user, and who, for the user, for analysts and for other subgraphs', async () => {
    const [creator, friend, viewer, referred] = [await newCreator(), await newUser(), newViewer(), newViewer()]
    const brought = { acquisitionSource: 'CREATOR', acquiredById: creator.userId }
    await register(viewer, brought)
    await register(referred, { acquisitionSource: 'REFERRAL', acquiredById: friend.userId })
    const seen = async (user: Viewer, by: Viewer | null = user) => {
      const { data } = await creators.query(
        by,
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { acquisitionSource acquiredBy { id } } } }',
        { r: [{ __typename: 'User', id: user.userId }] },
      )
      return data._entities[0]
    }
    const asTold = { acquisitionSource: 'CREATOR', acquiredBy: { id: creator.userId } }
    for (const by of [viewer, newViewer('analyst'), newViewer('admin')]) expect(await seen(viewer, by)).toEqual(asTold)
    for (const by of [null, creator, friend, newViewer('partner')])
      expect(await seen(viewer, by)).toEqual({ acquisitionSource: null, acquiredBy: null })
    expect(await seen(referred)).toEqual({ acquisitionSource: 'REFERRAL', acquiredBy: { id: friend.userId } })
    expect(await seen(friend)).toEqual({ acquisitionSource: 'ORGANIC', acquiredBy: null })

    const events = await creators.eventsOf('creators.UserRegistered')
    expect(events).toContainEqual({ userId: viewer.userId, handle: expect.any(String), ...brought })
    expect(events).toContainEqual({
      userId: friend.userId,
      handle: expect.any(String),
      acquisitionSource: 'ORGANIC',
      acquiredById: null,
    })
    // Who has registered is told so, whatever is said the second time.
    const again = await register(viewer, { acquisitionSource: 'AIRDROP' })
    expect(again.code).toBe('ALREADY_REGISTERED')
    expect(await seen(viewer)).toEqual(asTold)
  })

  it('refuses somebody who brought the user for a source without, and nobody, or who is not there, for one with', async () => {
    const [creator, reader] = [await newCreator(), await newUser()]
    const nobody = newId<'User'>(new Date())
    for (const input of [
      { acquisitionSource: 'CREATOR' },
      ...[nobody, 'nonsense', reader.userId].map((acquiredById) => ({ acquisitionSource: 'CREATOR', acquiredById })),
      { acquisitionSource: 'REFERRAL', acquiredById: null },
      { acquisitionSource: 'REFERRAL', acquiredById: nobody },
      { acquiredById: creator.userId },
      { acquisitionSource: 'COMPETITION', acquiredById: creator.userId },
    ]) {
      const refused = await register(newViewer(), input)
      expect(refused.faults, JSON.stringify(input)).toEqual([{ field: 'acquiredById', message: expect.any(String) }])
    }
    const viewer = newViewer()
    expect((await register(viewer, { acquisitionSource: 'REFERRAL', acquiredById: viewer.userId })).code).toBe('INVALID_INPUT')
    const faults = (await register(viewer, { handle: 'No!', acquisitionSource: 'CREATOR' })).faults
    expect(faults.map((fault: { field: string }) => fault.field)).toEqual(['handle', 'acquiredById'])
  })

  it('needs a signed-in viewer', async () => {
    await expect(creators.mutate(null, 'registerUser', '', { handle: 'nobody', displayName: 'N' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  it('shows nobody to an anonymous request', async () => {
    expect((await creators.query(null, '{ viewer { roles } }')).data.viewer).toBeNull()
  })
})

describe('a creator profile', () => {
  it('has the id and the handle of its user', async () => {
    const viewer = newViewer()
    await register(viewer, { handle: 'grace' })
    const { creator } = await openProfile(viewer)
    expect(creator).toEqual({
      id: viewer.userId,
      handle: 'grace',
      displayName: 'A user',
      headline: 'Trades trends',
      followerCount: 0,
      viewerIsFollowing: false,
    })
    const { data } = await creators.query(null, '{ creatorByHandle(handle: "grace") { id viewerIsFollowing } }')
    expect(data.creatorByHandle).toEqual({ id: viewer.userId, viewerIsFollowing: null })
    for (const handle of ['nobody', 'a\0b']) {
      const none = await creators.query(null, 'query ($handle: String!) { creatorByHandle(handle: $handle) { id } }', { handle })
      expect(none).toEqual({ data: { creatorByHandle: null } })
    }
    expect(await creators.eventsOf('creators.CreatorProfileOpened')).toContainEqual({ creatorId: viewer.userId, handle: 'grace' })
  })

  it('needs a registered viewer', async () => {
    expect((await openProfile(newViewer())).code).toBe('NOT_REGISTERED')
  })

  it('is resolved for other subgraphs, and null where there is none', async () => {
    const viewer = await newCreator()
    const { data } = await creators.query(
      null,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Creator { handle } } }',
      {
        r: [viewer.userId, newId(new Date()), 'nonsense'].map((id) => ({ __typename: 'Creator', id })),
      },
    )
    expect(data._entities).toEqual([{ handle: expect.any(String) }, null, null])
  })
})

describe('following', () => {
  it('counts each follower once however often they follow', async () => {
    const [creator, fan] = [await newCreator(), await newUser()]
    expect((await follow(fan, creator.userId)).creator).toMatchObject({ followerCount: 1, viewerIsFollowing: true })
    expect((await follow(fan, creator.userId)).creator.followerCount).toBe(1)
    expect((await unfollow(fan, creator.userId)).creator).toMatchObject({ followerCount: 0, viewerIsFollowing: false })
    expect((await unfollow(fan, creator.userId)).creator.followerCount).toBe(0)
    const events = (await creators.eventsOf('creators.FollowChanged')).filter((event) => event.creatorId === creator.userId)
    const change = { creatorId: creator.userId, userId: fan.userId, source: 'USER' }
    expect(events).toEqual([
      { ...change, isFollowing: true, reason: 'FOLLOWED', revision: 1 },
      { ...change, isFollowing: false, reason: 'UNFOLLOWED', revision: 2 },
    ])
  })

  it('counts right when many follow at once', async () => {
    const creator = await newCreator()
    const fans = await Promise.all(Array.from({ length: 8 }, newUser))
    await Promise.all(fans.map((fan) => follow(fan, creator.userId)))
    const { data } = await creators.query(null, `{ creator(id: "${creator.userId}") { followerCount } }`)
    expect(data.creator.followerCount).toBe(8)
  })

  it('refuses oneself, an unknown creator and a malformed id', async () => {
    const creator = await newCreator()
    for (const id of [creator.userId, newId(new Date()), 'nonsense']) {
      expect((await follow(creator, id)).faults[0].field).toBe('creatorId')
    }
  })

  it('refuses a key that was used with another input', async () => {
    const [one, two, fan] = [await newCreator(), await newCreator(), await newUser()]
    const idempotencyKey = newKey()
    await follow(fan, one.userId, { idempotencyKey })
    await expect(follow(fan, two.userId, { idempotencyKey })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is listed to the user and to analysts only', async () => {
    const [creator, fan] = [await newCreator(), await newUser()]
    await follow(fan, creator.userId)
    const following = async (viewer: Viewer | null) => {
      const { data } = await creators.query(
        viewer,
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { following { edges { node { id } } } } } }',
        {
          r: [{ __typename: 'User', id: fan.userId }],
        },
      )
      return data._entities[0].following
    }
    expect(await following(null)).toBeNull()
    expect(await following(creator)).toBeNull()
    expect((await following(fan)).edges).toEqual([{ node: { id: creator.userId } }])
    expect((await following(newViewer('analyst'))).edges).toHaveLength(1)
  })
})

describe('an identity check', () => {
  it('is for admins only and tells which accounts are one person', async () => {
    const [user, cluster] = [await newUser(), newId(new Date())]
    const check = (viewer: Viewer, input: Record<string, unknown> = {}) =>
      creators.mutate(viewer, 'recordIdentityCheck', `... on RecordIdentityCheckSuccess { ${USER} }`, {
        userId: user.userId,
        isVerified: true,
        ...input,
      })
    await expect(check(user)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect((await check(newViewer('admin'), { identityClusterId: cluster })).user.isVerified).toBe(true)
    expect(await creators.eventsOf('creators.IdentityChecked')).toContainEqual({
      userId: user.userId,
      isVerified: true,
      identityClusterId: cluster,
      reason: 'IDENTITY_CHECK',
      source: 'ADMIN',
    })
    expect((await check(newViewer('admin'), { userId: newId(new Date()) })).faults[0].field).toBe('userId')
  })
})

describe('the list of creators', () => {
  it('pages through everybody, latest opened first', async () => {
    const seen: string[] = []
    let after: string | null = null
    for (let more = true; more; ) {
      const { data } = await creators.query(
        null,
        'query ($after: Cursor) { creators(first: 3, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { after },
      )
      seen.push(...data.creators.edges.map((edge: { node: { id: string } }) => edge.node.id))
      after = data.creators.pageInfo.endCursor
      more = data.creators.pageInfo.hasNextPage
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThan(3)
  })
})

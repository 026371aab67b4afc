import { openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import { newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockCreator } from '../src/db/creator.ts'
import { endFollow, insertFollow } from '../src/db/follow.ts'
import { findFollowedAt, findFollowersAt } from '../src/db/follow-history.ts'
import { findClusterAt, findIdentityAt, storeIdentity } from '../src/db/identity.ts'
import { findRolesAt } from '../src/db/role.ts'
import { IDENTITY_CHECK } from '../src/domain/identity.ts'
import { createCreatorsSubgraph } from '../src/subgraph.ts'

let creators: TestSubgraph
let database: ReturnType<typeof openDatabase>
beforeAll(async () => {
  creators = await startTestSubgraph(createCreatorsSubgraph)
  database = openDatabase({ url: creators.databaseUrl, role: 'planet_creators', audience: 'analyst' })
})
afterAll(async () => {
  await database?.close()
  await creators?.[Symbol.asyncDispose]()
})

const WHOLE = { after: null, limit: 100 }

/** Moves the clock on; the instant at which it then stands. */
function after(ms: number): Date {
  creators.clock.advance(new Date(creators.clock.now().getTime() + ms))
  return creators.clock.now()
}
const just = (before: Date) => new Date(before.getTime() - 1)

async function done(viewer: Viewer, mutation: string, input: Record<string, unknown>) {
  const result = await creators.mutate(viewer, mutation, '', input)
  expect(result.__typename).toMatch(/Success$/)
}

let count = 0
async function newUser(): Promise<Viewer> {
  const viewer = newViewer()
  await done(viewer, 'registerUser', { handle: `person_${++count}`, displayName: 'A person' })
  return viewer
}
async function newCreator(): Promise<Viewer> {
  const viewer = await newUser()
  await done(viewer, 'openCreatorProfile', { headline: '' })
  return viewer
}
const follow = (fan: Viewer, creator: Viewer) => done(fan, 'followCreator', { creatorId: creator.userId })
const unfollow = (fan: Viewer, creator: Viewer) => done(fan, 'unfollowCreator', { creatorId: creator.userId })

const followersAt = async (creator: Viewer, at: Date) =>
  (await findFollowersAt(database.db, creator.userId, at, WHOLE)).map(({ userId }) => userId)
const followedAt = async (fan: Viewer, at: Date) =>
  (await findFollowedAt(database.db, fan.userId, at, WHOLE)).map(({ creatorId }) => creatorId)

describe('who followed whom', () => {
  it('is known as of every moment, with why and through whom it began and ended', async () => {
    const [creator, early, late] = [await newCreator(), await newUser(), await newUser()]
    const before = creators.clock.now()
    const first = after(1000)
    await follow(early, creator)
    const second = after(1000)
    await follow(late, creator)
    const end = after(1000)
    await unfollow(early, creator)
    const again = after(1000)
    await follow(early, creator)

    expect(await followersAt(creator, before)).toEqual([])
    expect(await followersAt(creator, just(first))).toEqual([])
    expect(await followersAt(creator, first)).toEqual([early.userId])
    expect(await followersAt(creator, second)).toEqual([late.userId, early.userId])
    expect(await followersAt(creator, just(end))).toEqual([late.userId, early.userId])
    expect(await followersAt(creator, end)).toEqual([late.userId])
    expect(await followersAt(creator, again)).toEqual([early.userId, late.userId])
    expect(await followedAt(early, just(end))).toEqual([creator.userId])
    expect(await followedAt(early, end)).toEqual([])

    const pair = { userId: early.userId, creatorId: creator.userId, reason: 'FOLLOWED', source: 'USER' }
    expect(await findFollowedAt(database.db, early.userId, first, WHOLE)).toEqual([
      { ...pair, revision: 1, from: first, until: end, endReason: 'UNFOLLOWED', endSource: 'USER' },
    ])
    expect(await findFollowedAt(database.db, early.userId, again, WHOLE)).toEqual([
      { ...pair, revision: 4, from: again, until: null, endReason: null, endSource: null },
    ])
  })

  it('is read page by page', async () => {
    const creator = await newCreator()
    const fans = await Promise.all(Array.from({ length: 3 }, newUser))
    for (const fan of fans) {
      after(1)
      await follow(fan, creator)
    }
    const at = creators.clock.now()
    for (const fan of fans) {
      after(1)
      await unfollow(fan, creator)
    }
    const page = await findFollowersAt(database.db, creator.userId, at, { after: null, limit: 2 })
    const last = page.at(-1)
    const key = `${last?.from.getTime()},${last?.userId}`
    const rest = await findFollowersAt(database.db, creator.userId, at, { after: key, limit: 2 })
    expect([page, rest].map((rows) => rows.map(({ userId }) => userId))).toEqual([
      [fans[2]?.userId, fans[1]?.userId],
      [fans[0]?.userId],
    ])
  })

  it('never begins before what came before it has ended, whichever clock is behind', async () => {
    const [creator, fan] = [await newCreator(), await newUser()]
    const pair = { userId: fan.userId, creatorId: creator.userId }
    const [ahead, behind] = [new Date('2026-02-01T00:00:00.010Z'), new Date('2026-02-01T00:00:00.000Z')]
    const times = await database.db.transaction(async (tx) => {
      await lockCreator(tx, creator.userId)
      return [
        await insertFollow(tx, { ...pair, revision: 1 }, ahead),
        await insertFollow(tx, { ...pair, revision: 2 }, ahead),
        await endFollow(tx, pair, behind),
        await endFollow(tx, pair, behind),
        await insertFollow(tx, { ...pair, revision: 3 }, behind),
      ]
    })
    expect(times).toEqual([ahead, null, ahead, null, ahead])
    expect(await followersAt(creator, behind)).toEqual([])
    expect(await findFollowersAt(database.db, creator.userId, ahead, WHOLE)).toMatchObject([{ revision: 3 }])
  })

  it('is, in whatever order people come and go, what was true at each moment', async () => {
    const FANS = 3
    const CREATORS = 2
    const step = fc.record({
      kind: fc.constantFrom('follow' as const, 'unfollow' as const),
      fan: fc.nat(FANS - 1),
      creator: fc.nat(CREATORS - 1),
      /** Several things may happen in one millisecond. */
      afterMs: fc.nat(2),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
        const fans = await Promise.all(Array.from({ length: FANS }, newUser))
        const authors = await Promise.all(Array.from({ length: CREATORS }, newCreator))
        const truth = new Set<string>()
        const pairOf = (fan: Viewer | undefined, author: Viewer | undefined) => `${fan?.userId} ${author?.userId}`
        const start = just(creators.clock.now()).getTime()
        const trueAt = new Map<number, ReadonlySet<string>>()
        for (const { kind, fan, creator, afterMs } of steps) {
          const at = after(afterMs).getTime()
          const [who, whom] = [fans[fan], authors[creator]]
          if (!who || !whom) throw new Error('nobody')
          await (kind === 'follow' ? follow : unfollow)(who, whom)
          if (kind === 'follow') truth.add(pairOf(who, whom))
          else truth.delete(pairOf(who, whom))
          trueAt.set(at, new Set(truth))
        }
        let expected: ReadonlySet<string> = new Set()
        const end = after(1).getTime()
        for (let ms = start; ms <= end; ms++) {
          expected = trueAt.get(ms) ?? expected
          const at = new Date(ms)
          const seenByCreators = await Promise.all(
            authors.map(async (author) => (await followersAt(author, at)).map((userId) => `${userId} ${author.userId}`)),
          )
          const seenByFans = await Promise.all(
            fans.map(async (fan) => (await followedAt(fan, at)).map((creatorId) => `${fan.userId} ${creatorId}`)),
          )
          expect(seenByCreators.flat().sort()).toEqual([...expected].sort())
          expect(seenByFans.flat().sort()).toEqual([...expected].sort())
        }
      }),
      { numRuns: 12 },
    )
  }, 60_000)
})

describe('whose accounts were one person’s', () => {
  const check = (admin: Viewer, user: Viewer, identityClusterId: string | null, isVerified = true) =>
    done(admin, 'recordIdentityCheck', { userId: user.userId, isVerified, identityClusterId })
  const clusterAt = async (cluster: string, at: Date) =>
    (await findClusterAt(database.db, cluster, at, WHOLE)).map(({ userId }) => userId)

  it('is known as of every moment, with why, and who has looked', async () => {
    const [admin, cluster] = [newViewer('admin'), newId(new Date())]
    const registeredAt = after(1000)
    const [one, other] = [await newUser(), await newUser()]
    const first = after(1000)
    await check(admin, one, cluster)
    const second = after(1000)
    await check(admin, other, cluster)
    const third = after(1000)
    await check(admin, one, null, false)

    expect(await findIdentityAt(database.db, one.userId, just(registeredAt))).toBeNull()
    const identity = { userId: one.userId, checkedById: admin.userId, reason: 'IDENTITY_CHECK', source: 'ADMIN' }
    expect(await findIdentityAt(database.db, one.userId, just(first))).toEqual({
      ...identity,
      ...{ revision: 1, isVerified: false, identityClusterId: one.userId, from: registeredAt, until: first },
      ...{ reason: 'REGISTERED', source: 'USER', checkedById: null },
    })
    expect(await findIdentityAt(database.db, one.userId, just(third))).toEqual({
      ...identity,
      ...{ revision: 2, isVerified: true, identityClusterId: cluster, from: first, until: third },
    })
    expect(await findIdentityAt(database.db, one.userId, third)).toEqual({
      ...identity,
      ...{ revision: 3, isVerified: false, identityClusterId: one.userId, from: third, until: null },
    })
    expect(await clusterAt(cluster, just(first))).toEqual([])
    expect(await clusterAt(cluster, first)).toEqual([one.userId])
    expect(await clusterAt(cluster, second)).toEqual([other.userId, one.userId])
    expect(await clusterAt(cluster, third)).toEqual([other.userId])
    expect(await clusterAt(one.userId, third)).toEqual([one.userId])
  })

  it('is one answer at each moment, however many look at once and whichever clock is behind', async () => {
    const [user, admin] = [await newUser(), newViewer('admin')]
    const clusters = Array.from({ length: 6 }, () => newId(new Date()))
    after(1000)
    await Promise.all(clusters.map((cluster) => check(admin, user, cluster)))
    const now = creators.clock.now()
    const identity = await findIdentityAt(database.db, user.userId, now)
    expect(identity).toMatchObject({ revision: 7, until: null })
    const all = await Promise.all(clusters.map((cluster) => clusterAt(cluster, now)))
    expect(all.flat()).toEqual([user.userId])

    const behind = just(now)
    const held = { userId: user.userId, isVerified: true, identityClusterId: user.userId, ...IDENTITY_CHECK }
    const from = await database.db.transaction((tx) => storeIdentity(tx, held, behind))
    expect(from).toEqual(now)
    expect(await findIdentityAt(database.db, user.userId, behind)).toMatchObject({ revision: 1 })
    expect(await findIdentityAt(database.db, user.userId, now)).toMatchObject({ revision: 8 })
  })
})

describe('what a user was', () => {
  it('is a creator from the moment in which the profile was opened, once', async () => {
    const user = await newUser()
    const from = after(1000)
    for (let times = 0; times < 2; times++) await done(user, 'openCreatorProfile', { headline: '' })
    const { userId } = user
    expect(await findRolesAt(database.db, userId, just(from))).toEqual([])
    expect(await findRolesAt(database.db, userId, after(1000))).toEqual([
      { userId, role: 'CREATOR', from, until: null, reason: 'PROFILE_OPENED', source: 'USER' },
    ])
  })
})

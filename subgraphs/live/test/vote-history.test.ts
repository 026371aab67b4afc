import { type Db, openDatabase } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findVotesAt } from '../src/voting/db/cast-vote.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
let db: Db
let close: () => Promise<void>
beforeAll(async () => {
  scene = await startScene()
  const database = openDatabase({ url: scene.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
  db = database.db
  close = database.close
})
afterAll(async () => {
  await close()
  await scene[Symbol.asyncDispose]()
})

const ALL = { afterUserId: null, limit: 1_000 }

/** The probability of each user as it counted at `at`. */
const votesAt = async (sessionId: Id<'LiveSession'>, at: Date) =>
  Object.fromEntries((await findVotesAt(db, sessionId, at, ALL)).map((vote) => [vote.userId, vote.probabilityUp]))

describe('votes as of a past moment', () => {
  it('are those that counted then, however often they were changed since', async () => {
    const sessionId = await scene.startSession()
    const [ada, bob] = [newViewer(), newViewer()]
    const moments: Date[] = []
    const pass = () => {
      moments.push(scene.live.clock.now())
      scene.pass(60)
    }
    pass()
    await scene.vote(ada, sessionId, 0.8)
    pass()
    await scene.vote(bob, sessionId, 0.4)
    await scene.vote(ada, sessionId, 0.2)
    pass()
    await scene.vote(ada, sessionId, 0.6)
    await scene.end(sessionId)
    pass()

    const [beforeAll, first, second, end] = moments
    if (!beforeAll || !first || !second || !end) throw new Error('there are four')
    // The moment of `beforeAll` is before the first vote, by a minute.
    expect(await votesAt(sessionId, beforeAll)).toEqual({})
    expect(await votesAt(sessionId, first)).toEqual({ [ada.userId]: 0.8 })
    expect(await votesAt(sessionId, new Date(second.getTime() - 1))).toEqual({ [ada.userId]: 0.8 })
    expect(await votesAt(sessionId, second)).toEqual({ [ada.userId]: 0.2, [bob.userId]: 0.4 })
    expect(await votesAt(sessionId, end)).toEqual({ [ada.userId]: 0.6, [bob.userId]: 0.4 })
    const [revised] = (await findVotesAt(db, sessionId, second, ALL)).filter((vote) => vote.userId === ada.userId)
    expect(revised).toMatchObject({ revision: 2, castAt: second, seq: expect.any(Number) })
  })

  it('are all that was cast, each once per key, of its own session, and come in pages', async () => {
    const [sessionId, other] = [await scene.startSession(), await scene.startSession()]
    const voters = Array.from({ length: 25 }, () => newViewer())
    const key = { idempotencyKey: newKey() }
    for (const probability of [0.7, 0.3]) {
      await Promise.all(voters.map((voter) => scene.vote(voter, sessionId, probability)))
    }
    const [voter] = voters
    if (!voter) throw new Error('nobody')
    await scene.vote(voter, other, 0.9, key)
    await scene.vote(voter, other, 0.9, key)

    const now = scene.live.clock.now()
    const first = await findVotesAt(db, sessionId, now, { afterUserId: null, limit: 10 })
    const rest = await findVotesAt(db, sessionId, now, { afterUserId: first.at(-1)?.userId ?? null, limit: 1_000 })
    expect([first.length, rest.length]).toEqual([10, 15])
    const all = [...first, ...rest]
    expect(all.map((vote) => vote.userId)).toEqual(voters.map((each) => each.userId).sort())
    expect(all.every((vote) => vote.revision === 2 && vote.probabilityUp === 0.3)).toBe(true)
    // The order in which they counted is kept: the second votes have the numbers after the first 25.
    expect(all.map((vote) => vote.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => 26 + i))
    expect(await votesAt(other, now)).toEqual({ [voter.userId]: 0.9 })
    expect((await findVotesAt(db, other, now, ALL))[0]?.revision).toBe(1)
  })
})

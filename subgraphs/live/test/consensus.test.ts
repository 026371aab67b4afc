import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formConsensus } from '../src/voting/domain/consensus.ts'
import { identityChecked, type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

/** Three verified people who each vote once. */
async function formRoom(sessionId: string, probabilities = [0.8, 0.6, 0.3]) {
  return Promise.all(
    probabilities.map(async (probability) => {
      const viewer = await scene.verifiedUser()
      await scene.vote(viewer, sessionId, probability)
      return viewer
    }),
  )
}

describe('a vote', () => {
  it('is counted and told, and a changed one counts once', async () => {
    const sessionId = await scene.startSession()
    const voter = newViewer()
    expect((await scene.vote(voter, sessionId, 0.8)).session.voterCount).toBe(1)
    expect((await scene.vote(voter, sessionId, 0.2)).session.voterCount).toBe(1)
    const cast = (await scene.live.eventsOf('live.VotesCast')).filter((event) => event.sessionId === sessionId)
    const told = {
      sessionId,
      instrumentId: scene.instrumentId,
      voteHorizonMs: 24 * 60 * 60 * 1000,
      castAt: scene.live.clock.now().toISOString(),
    }
    expect(cast).toEqual([
      { ...told, votes: [{ userId: voter.userId, probabilityUp: 0.8, revision: 1 }] },
      { ...told, votes: [{ userId: voter.userId, probabilityUp: 0.2, revision: 2 }] },
    ])
  })

  it('is taken while the session is live only', async () => {
    const { session } = await scene.schedule()
    const voter = newViewer()
    expect(await scene.vote(voter, session.id, 0.5)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'SCHEDULED' })
    await scene.start(session.id)
    await scene.end(session.id)
    expect(await scene.vote(voter, session.id, 0.5)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'ENDED' })
  })

  it('is refused with every fault', async () => {
    const sessionId = await scene.startSession()
    for (const certain of [0, 1, -0.5, 7]) {
      expect(await scene.vote(newViewer(), sessionId, certain)).toMatchObject({ faults: [{ field: 'probabilityUp' }] })
    }
    for (const unknown of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      expect(await scene.vote(newViewer(), unknown, 1)).toMatchObject({
        faults: [{ field: 'sessionId' }, { field: 'probabilityUp' }],
      })
    }
    await expect(scene.vote(null, sessionId, 0.5)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('is cast once per idempotency key', async () => {
    const sessionId = await scene.startSession()
    const voter = newViewer()
    const input = { idempotencyKey: newKey() }
    await Promise.all([scene.vote(voter, sessionId, 0.7, input), scene.vote(voter, sessionId, 0.7, input)])
    await expect(scene.vote(voter, sessionId, 0.6, input)).rejects.toMatchObject({ code: 'CONFLICT' })
    const cast = (await scene.live.eventsOf('live.VotesCast')).filter((event) => event.sessionId === sessionId)
    expect(cast).toHaveLength(1)
  })

  it('of many at once loses none', async () => {
    const sessionId = await scene.startSession()
    await Promise.all(Array.from({ length: 20 }, () => scene.vote(newViewer(), sessionId, 0.5)))
    const { data } = await scene.live.query(null, `{ liveSession(id: "${sessionId}") { voterCount consensus { seq } } }`)
    expect(data.liveSession).toEqual({ voterCount: 20, consensus: { seq: 20 } })
  })
})

describe('the consensus of a session', () => {
  it('is null before the start, hidden for 30 seconds, then shown, each with a greater seq', async () => {
    const { session } = await scene.schedule()
    expect(await scene.consensusOf(session.id)).toBeNull()
    await scene.start(session.id)
    expect(await scene.consensusOf(session.id)).toMatchObject({ seq: 0, state: 'HIDDEN', clusterCount: null })
    await formRoom(session.id)
    scene.pass(29.999)
    expect(await scene.consensusOf(session.id)).toMatchObject({
      seq: 3,
      state: 'HIDDEN',
      probabilityUp: null,
      clusterCount: null,
    })
    scene.pass(0.001)
    expect(await scene.consensusOf(session.id)).toMatchObject({ seq: 4, state: 'FORMED', clusterCount: 3 })
  })

  it('is that of the worked example with voters of unknown skill', async () => {
    const sessionId = await scene.startSession()
    const person = newViewer().userId
    const people = [
      await scene.verifiedUser(),
      await scene.verifiedUser(),
      newViewer(),
      await scene.verifiedUser(person),
      await scene.verifiedUser(person),
    ]
    const room = [
      { probabilityUp: 0.3, ageS: 600, voter: people[2] },
      { probabilityUp: 0.6, ageS: 300, voter: people[1] },
      { probabilityUp: 0.9, ageS: 60, voter: people[3] },
      { probabilityUp: 0.9, ageS: 60, voter: people[4] },
      { probabilityUp: 0.8, ageS: 0, voter: people[0] },
    ]
    let before = 600
    for (const { probabilityUp, ageS, voter } of room) {
      scene.pass(before - ageS)
      before = ageS
      await scene.vote(voter ?? null, sessionId, probabilityUp)
    }
    const now = scene.live.clock.now()
    const expected = formConsensus(
      room.map(({ probabilityUp, ageS, voter }, i) => ({
        voterId: voter?.userId ?? newViewer().userId,
        probabilityUp,
        castAt: new Date(now.getTime() - ageS * 1000),
        // The third has passed no identity check.
        weight: i === 0 ? 0.25 : 1,
        identityClusterId: ageS === 60 ? person : `alone ${i}`,
      })),
      now,
    )
    const { logOdds: _, voteCount: __, ...figures } = expected
    // Depends on whether a snapshot was taken before or after those who voted a minute ago.
    const { changeLastMinute: ___, ...shown } = await scene.consensusOf(sessionId)
    expect(shown).toEqual({ ...figures, seq: 6, at: now.toISOString() })
    expect(figures).toMatchObject({ state: 'FORMED', clusterCount: 4 })
  })

  it('is insufficient for many accounts of two people', async () => {
    const sessionId = await scene.startSession()
    const [one, two] = [newViewer().userId, newViewer().userId]
    for (const person of [one, one, one, two, two]) await scene.vote(await scene.verifiedUser(person), sessionId, 0.9)
    scene.pass(30)
    expect(await scene.consensusOf(sessionId)).toMatchObject({ state: 'INSUFFICIENT', clusterCount: 2, probabilityUp: null })
  })

  it('is not moved by a person who splits into many accounts', async () => {
    const [honest, split] = [await scene.startSession(), await scene.startSession()]
    const others = await formRoom(honest)
    const probabilities = [0.8, 0.6, 0.3]
    for (const [i, other] of others.entries()) await scene.vote(other, split, probabilities[i] ?? 0.5)
    const person = newViewer().userId
    const accounts = []
    for (let i = 0; i < 6; i++) accounts.push(await scene.verifiedUser(person))
    // Two accounts reach the cap already; four more add nothing.
    for (const account of accounts.slice(0, 2)) await scene.vote(account, honest, 0.9)
    for (const account of accounts) await scene.vote(account, split, 0.9)
    scene.pass(30)
    const [before, after] = [await scene.consensusOf(honest), await scene.consensusOf(split)]
    expect(after.probabilityUp).toBeCloseTo(before.probabilityUp, 9)
    expect(after.clusterCount).toBe(before.clusterCount)
  })

  it('follows a check of a voter’s identity at once, until the session has ended', async () => {
    const sessionId = await scene.startSession()
    const [first, second, third] = await formRoom(sessionId)
    const newcomer = newViewer()
    await scene.vote(newcomer, sessionId, 0.9)
    scene.pass(30)
    const unverified = await scene.consensusOf(sessionId)

    await scene.live.publish(identityChecked(newcomer, newcomer.userId))
    const verified = await scene.consensusOf(sessionId)
    expect(verified.seq).toBe(unverified.seq + 1)
    expect(verified.probabilityUp).toBeGreaterThan(unverified.probabilityUp)

    // The same check again changes nothing.
    await scene.live.publish(identityChecked(newcomer, newcomer.userId))
    expect(await scene.consensusOf(sessionId)).toEqual(verified)

    await scene.end(sessionId)
    scene.pass(3_600)
    for (const voter of [first, second, third])
      if (voter) await scene.live.publish(identityChecked(voter, newcomer.userId, false))
    expect(await scene.consensusOf(sessionId)).toEqual(verified)
  })

  it('is asked of a mutation’s result as of after the mutation', async () => {
    const sessionId = await scene.startSession()
    const answer = await scene.live.query(
      newViewer(),
      `mutation ($a: CastVoteInput!, $b: CastVoteInput!) {
        a: castVote(input: $a) { ... on CastVoteSuccess { session { voterCount consensus { seq } } } }
        b: castVote(input: $b) { ... on CastVoteSuccess { session { voterCount consensus { seq } } } } }`,
      {
        a: { idempotencyKey: newKey(), sessionId, probabilityUp: 0.4 },
        b: { idempotencyKey: newKey(), sessionId, probabilityUp: 0.6 },
      },
    )
    expect(answer.data).toEqual({
      a: { session: { voterCount: 1, consensus: { seq: 1 } } },
      b: { session: { voterCount: 1, consensus: { seq: 2 } } },
    })
  })
})

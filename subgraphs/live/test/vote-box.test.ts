import { openDatabase } from '@planet/runtime/database'
import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

const crowd = (count: number) => Array.from({ length: count }, () => newViewer())

const sessionOf = async (id: string) => {
  const { data } = await scene.live.query(null, '{ liveSession(id: "ID") { voterCount consensus { seq } } }'.replace('ID', id))
  return data.liveSession
}

/** The votes that were told of a session, in order, and in how many events. */
async function toldOf(sessionId: string) {
  const events = (await scene.live.eventsOf('live.VotesCast')).filter((event) => event.sessionId === sessionId)
  // As events.ts makes them.
  const votes = events.flatMap((event) => event.votes as unknown as { userId: string; probabilityUp: number; revision: number }[])
  return { votes, eventCount: events.length }
}

describe('votes that come at the same time', () => {
  it('are all counted and told, each once, many in one event', async () => {
    const sessionId = await scene.startSession()
    const voters = crowd(1_000)
    const results = await Promise.all(voters.map((voter, i) => scene.vote(voter, sessionId, 0.1 + (i % 80) / 100)))
    expect(results.filter((result) => result.__typename !== 'CastVoteSuccess')).toEqual([])
    expect(await sessionOf(sessionId)).toEqual({ voterCount: 1_000, consensus: { seq: 1_000 } })
    const { votes, eventCount } = await toldOf(sessionId)
    expect(new Set(votes.map((vote) => vote.userId))).toEqual(new Set(voters.map((voter) => voter.userId)))
    expect(votes).toHaveLength(1_000)
    expect(eventCount).toBeLessThan(500)
  })

  it('leave the database to everybody else while they wait for each other', async () => {
    const sessionId = await scene.startSession()
    await using admin = openDatabase({ url: scene.live.databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
    const votes = await admin.sql.begin(async (tx) => {
      await tx`select from live.live_session where id = ${sessionId} for update`
      const waiting = crowd(100).map((voter) => scene.vote(voter, sessionId, 0.7))
      const { data } = await scene.live.query(null, `{ liveSession(id: "${sessionId}") { title } }`)
      expect(data.liveSession.title).toBe('Where next?')
      return { waiting }
    })
    const results = await Promise.all(votes.waiting)
    expect(results.map((result) => result.__typename)).toEqual(Array(100).fill('CastVoteSuccess'))
  })

  it('of one voter are counted one after the other', async () => {
    const sessionId = await scene.startSession()
    const voter = newViewer()
    const probabilities = [0.1, 0.2, 0.3, 0.4, 0.6]
    await Promise.all(probabilities.map((probability) => scene.vote(voter, sessionId, probability)))
    const { votes } = await toldOf(sessionId)
    expect(votes.map((vote) => vote.revision)).toEqual([1, 2, 3, 4, 5])
    // They come in any order.
    expect(votes.map((vote) => vote.probabilityUp).sort()).toEqual(probabilities)
    expect(await sessionOf(sessionId)).toEqual({ voterCount: 1, consensus: { seq: 5 } })
  })

  it('and with the same key are one vote, and a conflict if they differ', async () => {
    const sessionId = await scene.startSession()
    const [voter, other] = [newViewer(), newViewer()]
    const idempotencyKey = newKey()
    const votes = [
      scene.vote(voter, sessionId, 0.7, { idempotencyKey }),
      scene.vote(voter, sessionId, 0.7, { idempotencyKey }),
      scene.vote(voter, sessionId, 0.8, { idempotencyKey }).catch((error: { code: string }) => error.code),
      // A key belongs to its user.
      scene.vote(other, sessionId, 0.9, { idempotencyKey }),
    ]
    const results = await Promise.all(votes)
    expect(results.map((result) => result.__typename ?? result)).toEqual([
      'CastVoteSuccess',
      'CastVoteSuccess',
      'CONFLICT',
      'CastVoteSuccess',
    ])
    expect((await toldOf(sessionId)).votes).toHaveLength(2)
  })

  it('are not lost to one that the database does not take', async () => {
    const sessionId = await scene.startSession()
    const votes = crowd(20).map((voter, i) =>
      scene.vote(voter, sessionId, 0.7, i === 10 ? { idempotencyKey: 'no text: \u0000' } : {}).catch(() => null),
    )
    const results = await Promise.all(votes)
    expect(results.filter((result) => result?.__typename === 'CastVoteSuccess')).toHaveLength(19)
    expect(results[10]).toBeNull()
    expect(await sessionOf(sessionId)).toEqual({ voterCount: 19, consensus: { seq: 19 } })
  })

  it('are refused one by one: bad, banned and good ones together', async () => {
    const sessionId = await scene.startSession()
    const [good, bad, banned] = [newViewer(), newViewer(), newViewer()]
    await scene.live.mutate(scene.host, 'banFromSession', '', { sessionId, userId: banned.userId })
    const idempotencyKey = newKey()
    const results = await Promise.all([
      scene.vote(good, sessionId, 0.7),
      scene.vote(bad, sessionId, 1, { idempotencyKey }),
      scene.vote(banned, sessionId, 0.7),
    ])
    expect(results).toMatchObject([
      { __typename: 'CastVoteSuccess' },
      { __typename: 'InvalidInput', faults: [{ field: 'probabilityUp' }] },
      { __typename: 'BannedFromSession', code: 'BANNED_FROM_SESSION' },
    ])
    // A refusal leaves the key free.
    expect(await scene.vote(bad, sessionId, 0.4, { idempotencyKey })).toMatchObject({ __typename: 'CastVoteSuccess' })
    await scene.live.mutate(scene.host, 'unbanFromSession', '', { sessionId, userId: banned.userId })
    expect(await scene.vote(banned, sessionId, 0.7)).toMatchObject({ __typename: 'CastVoteSuccess' })
  })

  it('in many sessions do not wait for each other', async () => {
    const sessionIds = await Promise.all(Array.from({ length: 12 }, () => scene.startSession()))
    await Promise.all(sessionIds.flatMap((id) => crowd(20).map((voter) => scene.vote(voter, id, 0.5))))
    for (const id of sessionIds) expect(await sessionOf(id)).toEqual({ voterCount: 20, consensus: { seq: 20 } })
  })
})

describe('a vote that was counted', () => {
  const VOTE = '... on CastVoteSuccess { vote { probabilityUp stance horizon castAt revision } }'

  it('is answered with its stance and horizon, also when it is repeated', async () => {
    const sessionId = await scene.startSession({ voteHorizon: 'PT4H' })
    const voter = newViewer()
    const input = { sessionId, probabilityUp: 0.3, idempotencyKey: newKey() }
    const vote = {
      probabilityUp: 0.3,
      stance: 'BEAR',
      horizon: 'PT4H',
      castAt: scene.live.clock.now().toISOString(),
      revision: 1,
    }
    for (let call = 0; call < 2; call++) {
      expect(await scene.live.mutate(voter, 'castVote', VOTE, input)).toMatchObject({ vote })
    }
  })

  it('is the viewer’s own, and nobody else’s', async () => {
    const sessionId = await scene.startSession()
    const voter = newViewer()
    await scene.vote(voter, sessionId, 0.5)
    const viewerVote = async (viewer: typeof voter | null) => {
      const { data } = await scene.live.query(viewer, `{ liveSession(id: "${sessionId}") { viewerVote { stance revision } } }`)
      return data.liveSession.viewerVote
    }
    expect(await viewerVote(voter)).toEqual({ stance: 'NEUTRAL', revision: 1 })
    expect(await viewerVote(newViewer())).toBeNull()
    expect(await viewerVote(null)).toBeNull()
  })
})

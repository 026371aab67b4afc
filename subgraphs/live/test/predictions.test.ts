import { openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

/** A session whose consensus has formed: the voters in the order of their probabilities. */
async function formedSession(probabilities = [0.8, 0.7, 0.6], input: Record<string, unknown> = {}) {
  const sessionId = await scene.startSession(input)
  const voters = await Promise.all(probabilities.map(() => scene.verifiedUser()))
  await voteAll(sessionId, voters, probabilities)
  scene.pass(30)
  return { sessionId, voters }
}

async function voteAll(sessionId: string, voters: readonly Viewer[], probabilities: readonly number[]) {
  for (const [i, voter] of voters.entries()) await scene.vote(voter, sessionId, probabilities[i] ?? 0.5)
}

const pass = (hours: number) => scene.pass(hours * 3_600)

describe('a locked prediction', () => {
  it('freezes the consensus beside the host’s own probability and refuses votes until voting is opened again', async () => {
    const { sessionId, voters } = await formedSession()
    const { changeLastMinute: _, ...consensus } = await scene.consensusOf(sessionId)
    const now = scene.live.clock.now()
    const { prediction } = await scene.lock(sessionId, 0.75)
    const horizonAt = new Date(now.getTime() + 24 * 3_600_000).toISOString()
    expect(prediction).toEqual({
      id: prediction.id,
      session: { id: sessionId },
      lockedAt: now.toISOString(),
      horizonAt,
      consensus,
      hostProbabilityUp: 0.75,
      state: 'LOCKED',
      priceAtLock: null,
      priceAtHorizon: null,
      outcome: null,
      settledAt: null,
      crowdBrier: null,
      pooledBrier: null,
      extremisedBrier: null,
      hostBrier: null,
    })
    expect(await scene.live.eventsOf('live.PredictionLocked')).toContainEqual({
      predictionId: prediction.id,
      sessionId,
      instrumentId: scene.instrumentId,
      lockedAt: now.toISOString(),
      horizonAt,
    })

    const refusal = { __typename: 'VotingLocked', code: 'VOTING_LOCKED', lockedAt: now.toISOString() }
    const [first = newViewer()] = voters
    const VOTE = '... on VotingLocked { lockedAt }'
    const vote = { sessionId, probabilityUp: 0.1 }
    expect(await scene.live.mutate(first, 'castVote', VOTE, vote)).toMatchObject(refusal)
    expect(await scene.lock(sessionId)).toMatchObject(refusal)

    scene.pass(60)
    expect(await scene.openVoting(sessionId)).toMatchObject({ session: { votingLockedAt: null } })
    expect(await scene.vote(first, sessionId, 0.1)).toMatchObject({ __typename: 'CastVoteSuccess' })
    expect(await scene.predictionsOf(sessionId)).toEqual([prediction])
  })

  it('is judged by the market, once: crowd, host and record', async () => {
    const { sessionId } = await formedSession()
    const { prediction } = await scene.lock(sessionId, 0.4)
    pass(24)
    await scene.settle(prediction.id, true)
    const [settled] = await scene.predictionsOf(sessionId)
    const { probabilityUp, probabilityPooled } = prediction.consensus
    expect(settled).toMatchObject({
      state: 'SETTLED',
      priceAtLock: '100',
      priceAtHorizon: '101.5',
      outcome: 'UP',
      settledAt: scene.live.clock.now().toISOString(),
    })
    expect(settled.hostBrier).toBeCloseTo(0.36, 12)
    expect(settled.crowdBrier).toBeCloseTo((1 - probabilityUp) ** 2, 12)
    expect(settled.pooledBrier).toBeCloseTo((1 - probabilityPooled) ** 2, 12)
    expect(settled.extremisedBrier).toBeCloseTo(settled.crowdBrier, 12)
    await scene.settle(prediction.id, false)
    expect(await scene.predictionsOf(sessionId)).toEqual([settled])
  })

  it('is void where the market gave no price, and then nobody is judged', async () => {
    const { sessionId, voters } = await formedSession()
    const { prediction } = await scene.lock(sessionId, 0.4)
    await scene.settle(prediction.id, null)
    expect(await scene.predictionsOf(sessionId)).toMatchObject([
      { state: 'VOID', outcome: null, crowdBrier: null, hostBrier: null },
    ])
    // A vote on a void prediction stands in nobody's way.
    scene.pass(60)
    await scene.openVoting(sessionId)
    await voteAll(sessionId, voters, [0.9, 0.9, 0.9])
    const again = await scene.lock(sessionId)
    const before = await recordOf(voters[0])
    await scene.settle(again.prediction.id, true)
    expect(await recordOf(voters[0])).toBe(before + 1)
  })

  it('is made by the end of a session too, if anybody has voted since the last one', async () => {
    const { sessionId, voters } = await formedSession()
    await scene.lock(sessionId, 0.6)
    await scene.openVoting(sessionId)
    scene.pass(60)
    await voteAll(sessionId, voters.slice(0, 1), [0.9])
    await scene.live.mutate(scene.host, 'endLive', '', { sessionId, hostProbabilityUp: 0.2 })
    const [last, first, ...others] = await scene.predictionsOf(sessionId)
    expect([last.hostProbabilityUp, first.hostProbabilityUp, others]).toEqual([0.2, 0.6, []])
    expect(last.consensus).toMatchObject({ probabilityUp: (await scene.consensusOf(sessionId)).probabilityUp })

    const quiet = await formedSession()
    await scene.lock(quiet.sessionId, 0.6)
    await scene.end(quiet.sessionId)
    expect(await scene.predictionsOf(quiet.sessionId)).toHaveLength(1)

    const empty = await scene.startSession()
    scene.pass(60)
    await scene.end(empty)
    expect(await scene.predictionsOf(empty)).toEqual([])
  })

  it('is refused with what is wrong', async () => {
    const { session } = await scene.schedule()
    expect(await scene.lock(session.id)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'SCHEDULED' })
    expect(await scene.openVoting(session.id)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'SCHEDULED' })
    await scene.start(session.id)
    expect(await scene.lock(session.id)).toMatchObject({ __typename: 'ConsensusNotFormed', state: 'HIDDEN' })
    scene.pass(30)
    expect(await scene.lock(session.id)).toMatchObject({ __typename: 'ConsensusNotFormed', state: 'INSUFFICIENT' })
    for (const certain of [0, 1, 1.5]) {
      expect(await scene.lock(session.id, certain)).toMatchObject({ faults: [{ field: 'hostProbabilityUp' }] })
      const end = { sessionId: session.id, hostProbabilityUp: certain }
      expect(await scene.live.mutate(scene.host, 'endLive', '', end)).toMatchObject({ faults: [{ field: 'hostProbabilityUp' }] })
    }
    for (const unknown of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      expect(await scene.lock(unknown)).toMatchObject({ faults: [{ field: 'sessionId' }] })
      expect(await scene.openVoting(unknown)).toMatchObject({ faults: [{ field: 'sessionId' }] })
    }
    expect(await scene.lock(session.id, 0.5, newViewer())).toMatchObject({ faults: [{ field: 'sessionId' }] })
    expect(await scene.openVoting(session.id, newViewer())).toMatchObject({ faults: [{ field: 'sessionId' }] })
    expect(await scene.openVoting(session.id)).toMatchObject({ session: { votingLockedAt: null } })
  })

  it('is locked once per key, and by one of two at the same time', async () => {
    const { sessionId } = await formedSession()
    const input = { idempotencyKey: newKey() }
    const [a, b] = await Promise.all([
      scene.lock(sessionId, 0.6, scene.host, input),
      scene.lock(sessionId, 0.6, scene.host, input),
    ])
    expect(a).toEqual(b)
    expect(await scene.lock(sessionId, 0.6)).toMatchObject({ __typename: 'VotingLocked' })
    expect(await scene.predictionsOf(sessionId)).toHaveLength(1)
  })

  it('tells whoever follows the consensus that voting is locked', async () => {
    const { sessionId } = await formedSession()
    const updates = await scene.live.subscribe(
      null,
      `subscription { consensusUpdated(sessionId: "${sessionId}") { seq session { votingLockedAt } } }`,
    )
    const first = (await updates.next()).value?.data.consensusUpdated
    expect(first.session.votingLockedAt).toBeNull()
    await scene.lock(sessionId)
    const second = (await updates.next()).value?.data.consensusUpdated
    expect(second).toEqual({ seq: first.seq + 1, session: { votingLockedAt: scene.live.clock.now().toISOString() } })
    await updates.return()
  })
})

/** Votes of a voter that were judged. No field tells: it would tell others how well somebody votes. */
async function recordOf(voter: Viewer | undefined): Promise<number> {
  await using database = openDatabase({ url: scene.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
  const rows = await database.sql<{ settled_count: number }[]>`
    select settled_count from live.voter where user_id = ${voter?.userId ?? null}`
  return rows[0]?.settled_count ?? 0
}

describe('the record of a voter', () => {
  it('gives a better one more weight in the sessions that are live', async () => {
    // Two who know better in turn and one who does not.
    const [sharp, blunt, third] = [await scene.verifiedUser(), await scene.verifiedUser(), await scene.verifiedUser()]
    for (const isUp of [true, false, true, false]) {
      const sessionId = await scene.startSession({ voteHorizon: 'PT1H' })
      await voteAll(sessionId, [sharp, blunt, third], isUp ? [0.9, 0.2, 0.5] : [0.1, 0.8, 0.5])
      scene.pass(30)
      const { prediction } = await scene.lock(sessionId)
      await scene.end(sessionId)
      pass(1)
      await scene.settle(prediction.id, isUp)
    }
    // Brier 0.01 against a base rate of 0.25 is a skill of 0.96; four votes are 4/30 of a full record.
    const weight = 1 + 2 * (1 - 0.01 / 0.25) * (4 / 30)
    const { sessionId } = await formedSession([], {})
    await voteAll(sessionId, [sharp, blunt, third], [0.8, 0.4, 0.4])
    const { probabilityMean, clusterCount } = await scene.consensusOf(sessionId)
    expect(clusterCount).toBe(3)
    const share = Math.min(0.35, weight / (weight + 2))
    expect(probabilityMean).toBeCloseTo(share * 0.8 + (1 - share) * 0.4, 9)
  })

  it('changes a live consensus at the moment of settlement, and not an ended one', async () => {
    const questions = [await formedSession([0.9, 0.5, 0.5], { voteHorizon: 'PT1H' })]
    const voters = questions[0]?.voters ?? []
    const first = await scene.lock(questions[0]?.sessionId ?? '')
    pass(1)
    await scene.settle(first.prediction.id, true)
    const { sessionId } = await formedSession([], { voteHorizon: 'PT1H' })
    await voteAll(sessionId, voters, [0.1, 0.5, 0.5])
    const second = await scene.lock(sessionId)
    await scene.end(sessionId)
    const ended = await scene.consensusOf(sessionId)

    const live = await formedSession([], {})
    const others = [await scene.verifiedUser(), await scene.verifiedUser()]
    await voteAll(live.sessionId, [...voters, ...others], [0.9, 0.5, 0.5, 0.2, 0.2])
    const before = await scene.consensusOf(live.sessionId)
    pass(1)
    await scene.settle(second.prediction.id, false)
    const after = await scene.consensusOf(live.sessionId)
    expect(after.seq).toBe(before.seq + 1)
    expect(after.probabilityUp).toBeGreaterThan(before.probabilityUp)
    expect(await scene.consensusOf(sessionId)).toEqual(ended)
    expect(await scene.live.eventsOf('live.VotesReweighed')).toContainEqual({ sessionId: live.sessionId })
  })

  it('counts one vote at a time on one market, however often a host locks', async () => {
    const { sessionId, voters } = await formedSession([0.9, 0.5, 0.5], { voteHorizon: 'PT2H' })
    const ids = [(await scene.lock(sessionId)).prediction.id]
    // Nothing new was voted: it does not count again even after the horizon.
    scene.pass(60)
    await scene.openVoting(sessionId)
    ids.push((await scene.lock(sessionId)).prediction.id)
    // New votes, but the first is still open.
    scene.pass(60)
    await scene.openVoting(sessionId)
    await voteAll(sessionId, voters, [0.8, 0.4, 0.4])
    ids.push((await scene.lock(sessionId)).prediction.id)
    pass(2)
    // And one that does count.
    await scene.openVoting(sessionId)
    await voteAll(sessionId, voters, [0.7, 0.3, 0.3])
    ids.push((await scene.lock(sessionId)).prediction.id)
    pass(2)
    for (const id of ids) await scene.settle(id, true)
    expect(await recordOf(voters[0])).toBe(2)
  })
})

describe('the record of crowds and hosts', () => {
  const HOST_RECORD = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Creator { hostRecord { settledCount hostBrier crowdBrier } } } }`
  const hostRecord = async (id: string) => {
    const { data } = await scene.live.query(null, HOST_RECORD, { refs: [{ __typename: 'Creator', id }] })
    return data._entities[0].hostRecord
  }

  it('holds a host’s own probabilities against the crowd’s', async () => {
    await using own = await startScene()
    const sessionId = await own.startSession()
    for (const probability of [0.8, 0.7, 0.6]) await own.vote(await own.verifiedUser(), sessionId, probability)
    own.pass(30)
    const { prediction } = await own.lock(sessionId, 0.9)
    await own.settle(prediction.id, true)
    const { data } = await own.live.query(null, HOST_RECORD, { refs: [{ __typename: 'Creator', id: own.host.userId }] })
    const [settled] = await own.predictionsOf(sessionId)
    expect(data._entities[0].hostRecord).toEqual({
      settledCount: 1,
      hostBrier: settled.hostBrier,
      crowdBrier: settled.crowdBrier,
    })
    expect(await hostRecord(newViewer().userId)).toEqual({ settledCount: 0, hostBrier: null, crowdBrier: null })
  })

  it('switches extremising off for new sessions once crowds have done better without it', async () => {
    await using own = await startScene()
    const RECORD = '{ consensusRecord { settledCount pooledBrier extremisedBrier extremisingExponent } }'
    const record = async () => (await own.live.query(null, RECORD)).data.consensusRecord
    expect(await record()).toEqual({ settledCount: 0, pooledBrier: null, extremisedBrier: null, extremisingExponent: 1.5 })
    const voters = [await own.verifiedUser(), await own.verifiedUser(), await own.verifiedUser()]
    const before = await own.startSession()
    // A crowd that is always sure and right half of the time should not be pushed further.
    const sessionId = await own.startSession()
    own.pass(30)
    for (let round = 0; round < 20; round++) {
      for (const voter of voters) await own.vote(voter, sessionId, 0.8)
      const { prediction } = await own.lock(sessionId)
      await own.settle(prediction.id, round % 2 === 0)
      own.pass(1)
      await own.openVoting(sessionId)
      if (round === 18) expect(await record()).toMatchObject({ settledCount: 19, extremisingExponent: 1.5 })
    }
    const { pooledBrier, extremisedBrier, ...rest } = await record()
    expect(rest).toEqual({ settledCount: 20, extremisingExponent: 1 })
    expect(pooledBrier).toBeCloseTo((0.04 + 0.64) / 2, 9)
    expect(extremisedBrier).toBeGreaterThan(pooledBrier)

    const after = await own.startSession()
    const chosen = await own.startSession({ extremisingExponent: 2 })
    const exponents = []
    for (const id of [before, after, chosen]) exponents.push((await own.consensusOf(id)).extremisingExponent)
    expect(exponents).toEqual([1.5, 1, 2])
  })

  it('lets a host choose an exponent from 1 to 4 only', async () => {
    for (const extremisingExponent of [0.99, 4.01, -1]) {
      expect(await scene.schedule({ extremisingExponent })).toMatchObject({ faults: [{ field: 'extremisingExponent' }] })
    }
  })
})

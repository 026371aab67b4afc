import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identityChecked, type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

/** A vote of a voter in question number `i`. */
type Opinion = (i: number) => number

const wave = (i: number) => 0.5 + 0.4 * Math.sin(i)
const echo = (i: number) => 0.55 + 0.35 * Math.sin(i)
const own = (i: number) => 0.5 + 0.4 * Math.cos(3 * i)
const other = (i: number) => 0.5 + 0.3 * Math.sin(2 * i + 1)

/** Asks `count` questions one after the other, the first being number `from`, and settles each. */
async function ask(opinions: readonly (readonly [Viewer, Opinion])[], from: number, count: number) {
  const sessionId = await scene.startSession({ voteHorizon: 'PT1H' })
  scene.pass(30)
  for (let i = from; i < from + count; i++) {
    for (const [voter, opinion] of opinions) await scene.vote(voter, sessionId, opinion(i))
    const { prediction } = await scene.lock(sessionId)
    scene.pass(3_600)
    await scene.settle(prediction.id, i % 2 === 0)
    await scene.openVoting(sessionId)
  }
  await scene.end(sessionId)
}

/** How many independent voters a session of just these has. */
async function clustersOf(voters: readonly Viewer[]): Promise<number> {
  const sessionId = await scene.startSession()
  scene.pass(30)
  for (const voter of voters) await scene.vote(voter, sessionId, 0.6)
  return (await scene.consensusOf(sessionId)).clusterCount
}

describe('accounts that vote as one', () => {
  it('count as one person from the twentieth common vote on, with everybody who is one of them, until they part', {
    timeout: 180_000,
  }, async () => {
    const [first, second, third, fourth] = [
      await scene.verifiedUser(),
      await scene.verifiedUser(),
      await scene.verifiedUser(),
      await scene.verifiedUser(),
    ]
    const twin = await scene.verifiedUser(second.userId)
    const everybody = [first, second, third, fourth, twin]
    const opinions = [
      [first, wave],
      [second, echo],
      [third, own],
      [fourth, other],
    ] as const
    await ask(opinions, 0, 19)
    expect(await clustersOf(everybody)).toBe(4)

    // A room in which they have voted already is told.
    const live = await scene.startSession()
    scene.pass(30)
    for (const voter of everybody) await scene.vote(voter, live, 0.6)
    const before = await scene.consensusOf(live)
    await ask(opinions, 19, 1)
    const after = await scene.consensusOf(live)
    expect([before.clusterCount, after.clusterCount]).toEqual([4, 3])
    expect(after.seq).toBeGreaterThan(before.seq)
    expect(await clustersOf(everybody)).toBe(3)

    // The twin turns out to be somebody else.
    await scene.live.publish(identityChecked(twin, twin.userId))
    expect(await clustersOf(everybody)).toBe(4)
    await scene.live.publish(identityChecked(twin, first.userId))
    expect(await clustersOf(everybody)).toBe(3)

    await ask(
      [
        [first, wave],
        [second, (i) => 1 - wave(i)],
        [third, own],
        [fourth, other],
      ],
      20,
      4,
    )
    expect(await clustersOf([first, second, third, fourth])).toBe(4)
    // The twin is now one with the first only.
    expect(await clustersOf(everybody)).toBe(4)
  })

  it('are not found among strangers of few votes', async () => {
    const voters = [newViewer(), newViewer(), newViewer()]
    await ask(
      voters.map((voter) => [voter, wave] as const),
      0,
      3,
    )
    expect(await clustersOf(voters)).toBe(3)
  })
})

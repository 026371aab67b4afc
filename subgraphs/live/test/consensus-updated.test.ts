import { EventEmitter } from 'node:events'
import { openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { SubgraphDeps } from '@planet/runtime/subgraph'
import { PATIENCE_MS } from '@planet/runtime/testing/patience'
import { signedRequest } from '@planet/runtime/testing/signed-request'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLiveSubgraph } from '../src/subgraph.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
/** What the subgraph under test was made of; its event log counts the tails that are open. */
let deps: SubgraphDeps
const warnings = new EventEmitter()
const tails = { open: 0, opened: 0 }

beforeAll(async () => {
  scene = await startScene((given) => {
    const log: Logger = Object.create(given.log)
    log.warn = () => warnings.emit('warning')
    deps = { ...given, log, events: { ...given.events, tail: (options) => countTail(given.events.tail(options)) } }
    return createLiveSubgraph(deps)
  })
})
afterAll(() => scene[Symbol.asyncDispose]())

function countTail<Tail extends AsyncGenerator<unknown, void, void>>(tail: Tail): Tail {
  tails.open++
  tails.opened++
  const end = tail.return.bind(tail)
  const next = tail.next.bind(tail)
  let isOpen = true
  const close = () => {
    if (isOpen) tails.open--
    isOpen = false
  }
  return Object.assign(tail, {
    next: async () => {
      const result = await next()
      if (result.done) close()
      return result
    },
    return: async () => {
      close()
      return end()
    },
  })
}

const UPDATES = `subscription ($id: ID!) { consensusUpdated(sessionId: $id) {
  seq state clusterCount probabilityUp session { id status voterCount host { id } } } }`

const follow = async (sessionId: string) => {
  const results = await scene.live.subscribe(null, UPDATES, { id: sessionId })
  return {
    /** The next value; null once there are no more. */
    async next() {
      const { value, done } = await results.next()
      if (done || !value) return null
      expect(value.errors).toBeUndefined()
      return value.data.consensusUpdated
    },
    /** Every value from here to the one with `seq`. */
    async until(seq: number) {
      const seen = []
      do seen.push(await this.next())
      while ((seen.at(-1)?.seq ?? seq) < seq)
      return seen
    },
    return: () => results.return(),
  }
}

const waitFor = async (isTrue: () => boolean) => {
  await expect.poll(isTrue, { interval: 5 }).toBe(true)
}

describe('consensusUpdated', () => {
  it('gives the whole value at once, with its session', async () => {
    const sessionId = await scene.startSession()
    for (const probability of [0.8, 0.6, 0.3]) await scene.vote(await scene.verifiedUser(), sessionId, probability)
    scene.pass(30)
    const updates = await follow(sessionId)
    const { probabilityUp } = await scene.consensusOf(sessionId)
    expect(await updates.next()).toEqual({
      seq: 4,
      state: 'FORMED',
      clusterCount: 3,
      probabilityUp,
      session: { id: sessionId, status: 'LIVE', voterCount: 3, host: { id: scene.host.userId } },
    })
    await updates.return()
  })

  it('is hidden before the start and shows the end of the hidden phase', async () => {
    const { session } = await scene.schedule()
    const updates = await follow(session.id)
    expect(await updates.next()).toMatchObject({ seq: 0, state: 'HIDDEN', session: { status: 'SCHEDULED' } })
    await scene.start(session.id)
    await scene.vote(newViewer(), session.id, 0.7)
    expect(await updates.next()).toMatchObject({ seq: 1, state: 'HIDDEN', clusterCount: null, session: { status: 'LIVE' } })
    scene.pass(30)
    expect(await updates.next()).toMatchObject({ seq: 2, state: 'INSUFFICIENT', clusterCount: 1 })
    await updates.return()
  })

  it('shows the end of the hidden phase also while the clock runs by itself', async () => {
    const sessionId = await scene.startSession()
    const updates = await follow(sessionId)
    expect(await updates.next()).toMatchObject({ seq: 0, state: 'HIDDEN' })
    const shown = updates.next()
    scene.live.clock.run(1_000, new Date(scene.live.clock.now().getTime() + 40_000))
    expect(await shown).toMatchObject({ seq: 1, state: 'INSUFFICIENT', clusterCount: 0 })
    scene.live.clock.advance(scene.live.clock.now())
    await updates.return()
  })

  it('delivers a hundred votes as few values with a growing seq, the last of them complete', async () => {
    const sessionId = await scene.startSession()
    scene.pass(30)
    const updates = await follow(sessionId)
    expect((await updates.next()).seq).toBe(1)
    const started = performance.now()
    const seen = updates.until(101)
    const tenVotes = async () => {
      for (let i = 0; i < 10; i++) await scene.vote(newViewer(), sessionId, 0.7)
    }
    await Promise.all(Array.from({ length: 10 }, tenVotes))
    const values = await seen
    const seconds = (performance.now() - started) / 1000
    expect(values.at(-1)).toMatchObject({ seq: 101, clusterCount: 100, session: { voterCount: 100 } })
    const seqs = values.map((value) => value.seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    expect(values.length).toBeLessThanOrEqual(seconds * 10 + 1)
    await updates.return()
  })

  it('gives a slow reader only the latest value and does not hold up a fast one', async () => {
    const sessionId = await scene.startSession()
    scene.pass(30)
    const [slow, fast] = [await follow(sessionId), await follow(sessionId)]
    expect((await slow.next()).seq).toBe(1)
    expect((await fast.next()).seq).toBe(1)
    for (const seq of [2, 3, 4]) {
      await scene.vote(newViewer(), sessionId, 0.7)
      expect((await fast.next()).seq).toBe(seq)
    }
    expect((await slow.next()).seq).toBe(4)
    const next = slow.next()
    await scene.vote(newViewer(), sessionId, 0.7)
    expect((await next).seq).toBe(5)
    await Promise.all([slow.return(), fast.return()])
  })

  it('tells of a vote that another replica took, and of an identity that was checked', async () => {
    const sessionId = await scene.startSession()
    scene.pass(30)
    const updates = await follow(sessionId)
    expect((await updates.next()).seq).toBe(1)
    const replica = createLiveSubgraph(deps)
    const voter = newViewer()
    const [key] = deps.viewerKeys
    if (!key) throw new Error('a subgraph has a key')
    const operation = {
      query: 'mutation ($input: CastVoteInput!) { castVote(input: $input) { __typename } }',
      variables: { input: { idempotencyKey: newKey(), sessionId, probabilityUp: 0.9 } },
    }
    const result = await replica.execute(signedRequest(key, 'live', voter, operation, AbortSignal.timeout(PATIENCE_MS)))
    expect(result.data).toEqual({ castVote: { __typename: 'CastVoteSuccess' } })
    expect((await updates.next()).seq).toBe(2)
    await scene.live.publish({
      stream: `user:${voter.userId}`,
      type: 'creators.IdentityChecked',
      payload: { userId: voter.userId, isVerified: true, identityClusterId: voter.userId },
    })
    expect((await updates.next()).seq).toBe(3)
    await updates.return()
    await replica.close()
  })

  it('survives a database that does not answer in time', async () => {
    const sessionId = await scene.startSession()
    scene.pass(30)
    const updates = await follow(sessionId)
    expect((await updates.next()).seq).toBe(1)
    await using admin = openDatabase({ url: deps.databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
    const update = updates.next()
    await admin.sql.begin(async (tx) => {
      // Votes are taken without it, and no consensus is read without it.
      await tx`lock table live.voter in access exclusive mode`
      const failed = new Promise((resolve) => warnings.once('warning', resolve))
      await scene.vote(newViewer(), sessionId, 0.7)
      await failed
    })
    expect((await update).seq).toBe(2)
    await updates.return()
  })

  it('ends with the session, after its last value', async () => {
    const sessionId = await scene.startSession()
    scene.pass(30)
    const [updates, idle] = [await follow(sessionId), await follow(sessionId)]
    expect((await updates.next()).seq).toBe(1)
    await scene.vote(newViewer(), sessionId, 0.7)
    await scene.end(sessionId)
    const rest = []
    for (let value = await updates.next(); value; value = await updates.next()) rest.push(value.seq)
    expect(rest.at(-1)).toBe(2)
    // Whoever has not read for long still gets the last value.
    expect((await idle.next()).seq).toBe(2)
    expect(await idle.next()).toBeNull()

    const late = await follow(sessionId)
    expect(await late.next()).toMatchObject({ seq: 2, session: { status: 'ENDED' } })
    expect(await late.next()).toBeNull()
    expect(tails.open).toBe(0)
  })

  it('follows the log once for all subscribers and lets go of it when the last one leaves, also while it waits', async () => {
    const sessionId = await scene.startSession()
    const before = tails.opened
    const all = await Promise.all(Array.from({ length: 5 }, () => follow(sessionId)))
    for (const updates of all) expect((await updates.next()).seq).toBe(0)
    expect(tails).toEqual({ open: 1, opened: before + 1 })

    const [last, ...others] = all
    const pending = last?.next()
    await Promise.all(others.map((updates) => updates.return()))
    await scene.vote(newViewer(), sessionId, 0.7)
    expect((await pending).seq).toBe(1)

    const waiting = last?.next()
    await last?.return()
    expect(await waiting).toBeNull()
    await waitFor(() => tails.open === 0)

    // A feed that was let go of is opened again.
    const again = await follow(sessionId)
    expect((await again.next()).seq).toBe(1)
    await again.return()
    await waitFor(() => tails.open === 0)
  })

  it('of no session is BAD_USER_INPUT', async () => {
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      await expect(follow(id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    }
    expect(tails.open).toBe(0)
  })
})

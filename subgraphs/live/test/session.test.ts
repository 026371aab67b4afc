import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

describe('a live session', () => {
  it('is scheduled, started and ended by its host, and says so in events', async () => {
    const { session } = await scene.schedule({ title: '  ETF flows  ', voteHorizon: 'PT4H' })
    expect(session).toMatchObject({
      title: 'ETF flows',
      status: 'SCHEDULED',
      voteHorizon: 'PT4H',
      voterCount: 0,
      startedAt: null,
      endedAt: null,
      host: { id: scene.host.userId },
      instrument: { id: scene.instrumentId },
    })
    const startedAt = scene.live.clock.now().toISOString()
    expect((await scene.start(session.id)).session).toMatchObject({ status: 'LIVE', startedAt, endedAt: null })
    scene.pass(60)
    const endedAt = scene.live.clock.now().toISOString()
    expect((await scene.end(session.id)).session).toMatchObject({ status: 'ENDED', startedAt, endedAt })

    const changes = await scene.live.eventsOf('live.SessionChanged')
    expect(changes.filter((change) => change.sessionId === session.id).map((change) => change.status)).toEqual([
      'SCHEDULED',
      'LIVE',
      'ENDED',
    ])
  })

  it('has a vote horizon of a day unless its host says otherwise', async () => {
    expect((await scene.schedule()).session.voteHorizon).toBe('P1D')
  })

  it('is hosted by creators only', async () => {
    expect(await scene.schedule({}, newViewer())).toMatchObject({ __typename: 'NotALiveHost', code: 'NOT_A_LIVE_HOST' })
    await expect(
      scene.live.mutate(null, 'scheduleLive', '', {
        title: 'x',
        instrumentId: scene.instrumentId,
        scheduledFor: TEST_START.toISOString(),
      }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('is refused with every fault of its input, and nothing is stored', async () => {
    const foreign = newViewer()
    const foreignPostId = newId<'Post'>(TEST_START)
    await scene.live.publish({
      stream: `creator:${foreign.userId}`,
      type: 'posts.PostPublished',
      payload: { postId: foreignPostId, authorId: foreign.userId, audience: 'PUBLIC' },
    })
    const { postId, circlePostId } = scene
    const before = await scene.live.eventsOf('live.SessionChanged')
    const result = await scene.schedule({
      title: '   ',
      instrumentId: newId<'Instrument'>(TEST_START),
      scheduledFor: new Date(scene.live.clock.now().getTime() - 1).toISOString(),
      voteHorizon: 'PT59M',
      postIds: [postId, foreignPostId, circlePostId, newId<'Post'>(TEST_START), 'nonsense', postId],
    })
    expect(result.__typename).toBe('InvalidInput')
    expect(result.faults.map((fault: { field: string }) => fault.field)).toEqual([
      'title',
      'instrumentId',
      'scheduledFor',
      'voteHorizon',
      'postIds.1',
      'postIds.2',
      'postIds.3',
      'postIds.4',
      'postIds.5',
    ])
    expect(await scene.live.eventsOf('live.SessionChanged')).toEqual(before)
  })

  it('takes at most ten posts and 120 characters', async () => {
    const postIds = Array.from({ length: 11 }, () => newId<'Post'>(TEST_START))
    expect(await scene.schedule({ title: 'x'.repeat(121), voteHorizon: 'P91D', postIds })).toMatchObject({
      faults: [{ field: 'title' }, { field: 'voteHorizon' }, { field: 'postIds' }],
    })
    expect(await scene.schedule({ title: '🐂'.repeat(120), voteHorizon: 'P90D' })).toMatchObject({
      __typename: 'ScheduleLiveSuccess',
    })
  })

  it('names the posts that it was announced for, in the order of their publication', async () => {
    const { postId, otherPostId } = scene
    const postsOf = async (postIds: readonly string[]) => {
      const { session } = await scene.schedule({ postIds })
      const answer = await scene.live.query(null, `query ($id: ID!) { liveSession(id: $id) { posts { id } } }`, {
        id: session.id,
      })
      return answer.data.liveSession.posts
    }
    const inOrder = [postId, otherPostId].sort().map((id) => ({ id }))
    expect(await postsOf([otherPostId, postId])).toEqual(inOrder)
    expect(await postsOf([])).toEqual([])
  })

  it('goes from scheduled to live to ended and no other way', async () => {
    const { session } = await scene.schedule()
    expect(await scene.end(session.id)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'SCHEDULED' })
    await scene.start(session.id)
    expect(await scene.start(session.id)).toMatchObject({ code: 'WRONG_LIVE_STATUS', status: 'LIVE' })
    await scene.end(session.id)
    expect(await scene.start(session.id)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'ENDED' })
    expect(await scene.end(session.id)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'ENDED' })
  })

  it('is started by two rival calls once', async () => {
    const { session } = await scene.schedule()
    const results = await Promise.all([scene.start(session.id), scene.start(session.id)])
    expect(results.map((result) => result.__typename).sort()).toEqual(['StartLiveSuccess', 'WrongLiveStatus'])
  })

  it('is nobody else’s to start or end', async () => {
    const { session } = await scene.schedule()
    const refused = { __typename: 'InvalidInput', faults: [{ field: 'sessionId' }] }
    expect(await scene.start(session.id, newViewer())).toMatchObject(refused)
    expect(await scene.end(session.id, newViewer())).toMatchObject(refused)
    expect(await scene.start(newId<'LiveSession'>(TEST_START))).toMatchObject(refused)
    expect(await scene.start('nonsense')).toMatchObject(refused)
  })

  it('is scheduled once per idempotency key', async () => {
    const input = { idempotencyKey: newKey(), title: 'Once', scheduledFor: scene.live.clock.now().toISOString() }
    const [first, again] = await Promise.all([scene.schedule(input), scene.schedule(input)])
    expect(again.session.id).toBe(first.session.id)
    await expect(scene.schedule({ ...input, title: 'Twice' })).rejects.toMatchObject({ code: 'CONFLICT' })
    await scene.start(first.session.id)
    expect((await scene.schedule(input)).session).toMatchObject({ id: first.session.id, status: 'LIVE' })
  })
})

import { newId } from '@planet/runtime/ids'
import { type Answer, newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinCircle, leaveCircle, newCreator, newMember, openCircle, startCircles } from './circle.ts'

let circles: Awaited<ReturnType<typeof startCircles>>
let host: Viewer
beforeAll(async () => {
  circles = await startCircles()
  host = await newCreator(circles)
})
afterAll(() => circles[Symbol.asyncDispose]())

/** From `after` on, or from now: after everything that was done before the call. */
async function follow(viewer: Viewer | null, circleId: string, after: string | null = null) {
  await circles.idle()
  return circles.subscribe(
    viewer,
    `subscription ($circleId: ID!, $after: Cursor) {
      circleActivity(circleId: $circleId, after: $after) { seq at cursor kind user { id } post { id } }
    }`,
    { circleId, after },
  )
}

async function take(stream: AsyncGenerator<Answer, void, void>, count: number) {
  const taken = []
  while (taken.length < count) {
    const { value } = await stream.next()
    if (!value || value.errors) throw new Error(`no event: ${JSON.stringify(value)}`)
    taken.push(value.data.circleActivity)
  }
  return taken
}

/** A post for the circle, as posts tells of it; null for a public one. */
async function publishPost(author: Viewer, circleId: string | null): Promise<string> {
  const postId = newId<'Post'>(circles.clock.now())
  const payload = { postId, authorId: author.userId, audience: circleId ? 'CIRCLE' : 'PUBLIC', circleId }
  await circles.publish({ stream: `creator:${author.userId}`, type: 'posts.PostPublished', payload })
  return postId
}

describe('circleActivity', () => {
  it('tells members who came, who left and what was published, without a hole', async () => {
    const circleId = await openCircle(circles, host)
    const stream = await follow(host, circleId)
    const member = await newMember(circles, host, circleId)
    await joinCircle(circles, newViewer(), circleId)
    const postId = await publishPost(member, circleId)
    await publishPost(member, null)
    await publishPost(member, await openCircle(circles, host))
    await leaveCircle(circles, member, circleId)

    const taken = await take(stream, 3)
    expect(taken).toMatchObject([
      { seq: 2, kind: 'MEMBER_JOINED', user: { id: member.userId }, post: null },
      { seq: 3, kind: 'POST_PUBLISHED', user: { id: member.userId }, post: { id: postId } },
      { seq: 4, kind: 'MEMBER_LEFT', user: { id: member.userId }, post: null },
    ])
    const again = await follow(host, circleId, taken[0].cursor)
    expect(await take(again, 2)).toEqual(taken.slice(1))
    await Promise.all([stream.return(), again.return()])
  })

  it('shows a new member what happened before', async () => {
    const circleId = await openCircle(circles, host)
    const fromTheFirst = await follow(host, circleId)
    const early = await newMember(circles, host, circleId)
    const [first] = await take(fromTheFirst, 1)
    await publishPost(early, circleId)
    const late = await newMember(circles, host, circleId)
    const stream = await follow(late, circleId, first.cursor)
    expect((await take(stream, 2)).map((event) => event.kind)).toEqual(['POST_PUBLISHED', 'MEMBER_JOINED'])
    await Promise.all([fromTheFirst.return(), stream.return()])
  })

  it('ends when the membership ends, also while nothing else happens, and stays closed until it begins again', async () => {
    const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
    const member = newViewer()
    await joinCircle(circles, member, circleId)
    const stream = await follow(member, circleId)
    await publishPost(host, circleId)
    const [seen] = await take(stream, 1)

    const next = stream.next()
    await leaveCircle(circles, member, circleId)
    expect((await next).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect(await stream.next()).toEqual({ value: undefined, done: true })
    await expect(follow(member, circleId, seen.cursor)).rejects.toMatchObject({ code: 'FORBIDDEN' })

    await joinCircle(circles, member, circleId)
    const again = await follow(member, circleId, seen.cursor)
    expect((await take(again, 2)).map((event) => event.kind)).toEqual(['MEMBER_LEFT', 'MEMBER_JOINED'])
    await again.return()
  })

  it('is not for the past: a membership that has ended hides what happened while it lasted', async () => {
    const circleId = await openCircle(circles, host)
    const member = await newMember(circles, host, circleId)
    const stream = await follow(member, circleId)
    await publishPost(host, circleId)
    await leaveCircle(circles, member, circleId)
    // Nothing was read before the leaving: not even the post from before it is shown.
    expect((await stream.next()).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect(await stream.next()).toEqual({ value: undefined, done: true })
  })

  it('is refused to whoever is not a member, and for circles and cursors that are none', async () => {
    const circleId = await openCircle(circles, host)
    const asking = newViewer()
    await joinCircle(circles, asking, circleId)
    await expect(follow(null, circleId)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    for (const viewer of [newViewer(), newViewer('admin'), asking])
      await expect(follow(viewer, circleId)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    for (const id of [newId(new Date()), 'nonsense'])
      await expect(follow(host, id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    await expect(follow(host, circleId, 'nonsense')).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
  })
})

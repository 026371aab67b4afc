import { newId } from '@planet/runtime/ids'
import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, expect, it } from 'vitest'
import { approveMember, joinCircle, leaveCircle, newCreator, newMember, openCircle, startCircles } from './circle.ts'

const circles = await startCircles()
afterAll(() => circles[Symbol.asyncDispose]())

it('opens a circle with its host as the first member', async () => {
  const host = await newCreator(circles)
  const opened = await circles.mutate(
    host,
    'openCircle',
    '... on OpenCircleSuccess { circle { name purpose admissionPolicy memberCount viewerMembership openedAt host { id } members { edges { state since node { id } } } } }',
    { name: '  Funding watchers ', purpose: '' },
  )
  const at = circles.clock.now().toISOString()
  expect(opened.circle).toEqual({
    name: 'Funding watchers',
    purpose: '',
    admissionPolicy: 'APPROVAL',
    memberCount: 1,
    viewerMembership: 'MEMBER',
    openedAt: at,
    host: { id: host.userId },
    members: { edges: [{ state: 'MEMBER', since: at, node: { id: host.userId } }] },
  })
})

it('lets nobody host a circle without a creator profile', async () => {
  const result = await circles.mutate(newViewer(), 'openCircle', '', { name: 'Mine', purpose: '' })
  expect(result).toMatchObject({ __typename: 'NotACircleHost', code: 'NOT_A_CIRCLE_HOST' })
})

it('lists every fault of a circle and stores nothing', async () => {
  const host = await newCreator(circles)
  const result = await circles.mutate(host, 'openCircle', '', { name: ' ', purpose: 'x'.repeat(301) })
  expect(result.faults.map((fault: { field: string }) => fault.field)).toEqual(['name', 'purpose'])
  const answer = await circles.query(host, '{ myCircles { edges { node { id } } } }')
  expect(answer.data.myCircles.edges).toEqual([])
})

it('makes a request of a join where the host approves, and a member of it once approved', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host)
  const reader = newViewer()
  expect(await joinCircle(circles, reader, circleId)).toMatchObject({ circle: { memberCount: 1, viewerMembership: 'REQUESTED' } })
  expect(await approveMember(circles, host, circleId, reader.userId)).toMatchObject({ circle: { memberCount: 2 } })
  expect(await joinCircle(circles, reader, circleId)).toMatchObject({ circle: { memberCount: 2, viewerMembership: 'MEMBER' } })
})

it('makes a member of a join at once where the circle is open', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
  expect(await joinCircle(circles, newViewer(), circleId)).toMatchObject({
    circle: { memberCount: 2, viewerMembership: 'MEMBER' },
  })
})

it('counts one who joins many times at once as one member', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
  const reader = newViewer()
  await Promise.all(Array.from({ length: 8 }, () => joinCircle(circles, reader, circleId)))
  expect(await joinCircle(circles, reader, circleId)).toMatchObject({ circle: { memberCount: 2 } })
})

it('counts many who join and leave at once', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
  const readers = Array.from({ length: 8 }, () => newViewer())
  await Promise.all(readers.map((reader) => joinCircle(circles, reader, circleId)))
  await Promise.all(readers.slice(0, 3).map((reader) => leaveCircle(circles, reader, circleId)))
  const answer = await circles.query(host, `{ circle(id: "${circleId}") { memberCount members { edges { cursor } } } }`)
  expect(answer.data.circle.memberCount).toBe(6)
  expect(answer.data.circle.members.edges).toHaveLength(6)
})

it('lets only the host approve', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host)
  const reader = newViewer()
  await joinCircle(circles, reader, circleId)
  const member = await newMember(circles, host, circleId)
  for (const viewer of [reader, member, newViewer('admin')])
    await expect(approveMember(circles, viewer, circleId, reader.userId)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const answer = await circles.query(reader, `{ circle(id: "${circleId}") { viewerMembership } }`)
  expect(answer.data.circle.viewerMembership).toBe('REQUESTED')
})

it('approves nobody who has not asked, or has withdrawn', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host)
  const reader = newViewer()
  await joinCircle(circles, reader, circleId)
  await leaveCircle(circles, reader, circleId)
  for (const userId of [newViewer().userId, reader.userId, 'nobody'])
    expect(await approveMember(circles, host, circleId, userId)).toMatchObject({
      __typename: 'InvalidInput',
      faults: [{ field: 'userId', message: 'This user has no open request.' }],
    })
})

it('lets a member leave and ask again, and never the host', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host)
  const member = await newMember(circles, host, circleId)
  const left = { circle: { memberCount: 1, viewerMembership: 'LEFT' } }
  expect(await leaveCircle(circles, member, circleId)).toMatchObject(left)
  expect(await leaveCircle(circles, member, circleId)).toMatchObject(left)
  expect(await joinCircle(circles, member, circleId)).toMatchObject({ circle: { memberCount: 1, viewerMembership: 'REQUESTED' } })
  expect(await leaveCircle(circles, host, circleId)).toMatchObject({
    __typename: 'InvalidInput',
    faults: [{ field: 'circleId' }],
  })
})

it('leaves one who never asked without any standing', async () => {
  const circleId = await openCircle(circles, await newCreator(circles))
  expect(await leaveCircle(circles, newViewer(), circleId)).toMatchObject({ circle: { viewerMembership: null } })
})

it('finds no circle behind an unknown or malformed id', async () => {
  const viewer = newViewer()
  for (const circleId of [newId<'Circle'>(new Date()), 'circle'])
    for (const act of [joinCircle, leaveCircle])
      expect(await act(circles, viewer, circleId)).toMatchObject({ faults: [{ field: 'circleId', message: 'No such circle.' }] })
  expect((await circles.query(viewer, '{ circle(id: "circle") { id } }')).data.circle).toBeNull()
})

it('needs a signed-in viewer for every mutation', async () => {
  const circleId = await openCircle(circles, await newCreator(circles))
  const calls = [
    () => circles.mutate(null, 'openCircle', '', { name: 'Mine', purpose: '' }),
    () => joinCircle(circles, null, circleId),
    () => approveMember(circles, null, circleId, circleId),
    () => leaveCircle(circles, null, circleId),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})

it('opens one circle for a key, however often it is asked for', async () => {
  const host = await newCreator(circles)
  const input = { idempotencyKey: newKey(), name: 'Once' }
  const ids = await Promise.all(Array.from({ length: 4 }, () => openCircle(circles, host, input)))
  expect(new Set(ids).size).toBe(1)
  const answer = await circles.query(host, '{ myCircles { edges { node { id } } } }')
  expect(answer.data.myCircles.edges).toHaveLength(1)
  await expect(openCircle(circles, host, { ...input, name: 'Twice' })).rejects.toMatchObject({ code: 'CONFLICT' })
})

it('shows each mutation of one request what it left behind', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
  const answer = await circles.query(
    newViewer(),
    `mutation ($circleId: ID!) {
      joinCircle(input: { idempotencyKey: "1", circleId: $circleId }) { ... on JoinCircleSuccess { circle { viewerMembership members { edges { state } } } } }
      leaveCircle(input: { idempotencyKey: "1", circleId: $circleId }) { ... on LeaveCircleSuccess { circle { viewerMembership members { edges { state } } } } }
    }`,
    { circleId },
  )
  expect(answer.data.joinCircle.circle).toMatchObject({ viewerMembership: 'MEMBER', members: { edges: { length: 2 } } })
  expect(answer.data.leaveCircle.circle).toEqual({ viewerMembership: 'LEFT', members: null })
})

it('tells of every change once, in dense revisions, beginning with the host', async () => {
  const host = await newCreator(circles)
  const circleId = await openCircle(circles, host)
  const reader = newViewer()
  await joinCircle(circles, reader, circleId)
  await joinCircle(circles, reader, circleId)
  await approveMember(circles, host, circleId, reader.userId)
  await approveMember(circles, host, circleId, reader.userId)
  await leaveCircle(circles, reader, circleId)
  const events = (await circles.eventsOf('circles.MembershipChanged')).filter((event) => event.circleId === circleId)
  const change = { circleId, hostId: host.userId }
  expect(events).toEqual([
    { ...change, userId: host.userId, state: 'MEMBER', reason: 'OPENED', source: 'HOST', revision: 1 },
    { ...change, userId: reader.userId, state: 'REQUESTED', reason: 'REQUESTED', source: 'USER', revision: 2 },
    { ...change, userId: reader.userId, state: 'MEMBER', reason: 'APPROVED', source: 'HOST', revision: 3 },
    { ...change, userId: reader.userId, state: 'LEFT', reason: 'LEFT', source: 'USER', revision: 4 },
  ])
})

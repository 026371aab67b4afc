import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, describe, expect, it } from 'vitest'
import { joinCircle, leaveCircle, newCreator, newMember, openCircle, startCircles } from './circle.ts'

const circles = await startCircles()
afterAll(() => circles[Symbol.asyncDispose]())

const host = await newCreator(circles)
const circleId = await openCircle(circles, host)
const member = await newMember(circles, host, circleId)
const asking = newViewer()
await joinCircle(circles, asking, circleId)
const gone = await newMember(circles, host, circleId)
await leaveCircle(circles, gone, circleId)

const FIELDS = `id name memberCount viewerMembership
  members { edges { state node { id } } pageInfo { hasNextPage } }
  requests { edges { state node { id } } pageInfo { hasNextPage } }`

/** What `viewer` sees of the circle by each of the ways that lead to it. */
async function look(viewer: Viewer | null) {
  const answer = await circles.query(
    viewer,
    `query ($id: ID!, $representations: [_Any!]!) {
      circle(id: $id) { ${FIELDS} }
      circles { edges { node { ${FIELDS} } } }
      _entities(representations: $representations) { ... on Circle { ${FIELDS} } ... on Creator { circles { edges { node { ${FIELDS} } } } } }
    }`,
    {
      id: circleId,
      representations: [
        { __typename: 'Circle', id: circleId },
        { __typename: 'Creator', id: host.userId },
      ],
    },
  )
  expect(answer.errors).toBeUndefined()
  const { circle, circles: list, _entities: entities } = answer.data
  return [circle, list.edges[0].node, entities[0], entities[1].circles.edges[0].node]
}

const people = [
  ['an anonymous viewer', null, null],
  ['a stranger', newViewer(), null],
  ['an analyst', newViewer('analyst'), null],
  ['an admin', newViewer('admin'), null],
  ['one whose request waits', asking, 'REQUESTED'],
  ['one who has left', gone, 'LEFT'],
] as const

describe('neither the circle nor any reference to it shows its people', () => {
  it.each(people)('to %s', async (_, viewer, viewerMembership) => {
    for (const seen of await look(viewer))
      expect(seen).toMatchObject({ name: 'Funding watchers', memberCount: 2, viewerMembership, members: null, requests: null })
  })
})

it('shows members, latest first, but no requests to a member', async () => {
  for (const seen of await look(member)) {
    expect(seen.members.edges.map((edge: { node: { id: string } }) => edge.node.id).sort()).toEqual(
      [member.userId, host.userId].sort(),
    )
    expect(seen.requests).toBeNull()
  }
})

it('shows the open requests to the host', async () => {
  for (const seen of await look(host))
    expect(seen.requests).toEqual({
      edges: [{ state: 'REQUESTED', node: { id: asking.userId } }],
      pageInfo: { hasNextPage: false },
    })
})

it('shows nobody the circles of another', async () => {
  const mine = (viewer: Viewer | null) => circles.query(viewer, '{ myCircles { edges { node { id } } } }')
  expect((await mine(member)).data.myCircles.edges).toEqual([{ node: { id: circleId } }])
  for (const viewer of [asking, gone, newViewer('admin')]) expect((await mine(viewer)).data.myCircles.edges).toEqual([])
  expect((await mine(null)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
})

it('resolves no reference to a circle that does not exist', async () => {
  const answer = await circles.query(
    member,
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Circle { id } ... on Creator { id circles { edges { cursor } } } } }',
    {
      representations: [
        { __typename: 'Circle', id: 'x' },
        { __typename: 'Circle', id: host.userId },
        { __typename: 'Creator', id: 'x' },
        { __typename: 'Creator', id: member.userId },
      ],
    },
  )
  expect(answer.data._entities).toEqual([null, null, null, { id: member.userId, circles: { edges: [] } }])
})

import { asId, newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { createCirclesSubgraph } from '../src/subgraph.ts'

export const startCircles = () => startTestSubgraph(createCirclesSubgraph)

/** A viewer whose creator profile circles knows of. */
export async function newCreator(circles: TestSubgraph): Promise<Viewer> {
  const creator = newViewer()
  await circles.publish({
    stream: `creator:${creator.userId}`,
    type: 'creators.CreatorProfileOpened',
    payload: { creatorId: creator.userId, handle: 'ada' },
  })
  return creator
}

/** The id of a new circle of `host`. */
export async function openCircle(circles: TestSubgraph, host: Viewer, input: Record<string, unknown> = {}): Promise<string> {
  const opened = await circles.mutate(host, 'openCircle', '... on OpenCircleSuccess { circle { id } }', {
    name: 'Funding watchers',
    purpose: 'Who pays whom',
    ...input,
  })
  return opened.circle.id
}

export const asCircleId = asId<'Circle'>

const CIRCLE = 'circle { id memberCount viewerMembership }'

export const joinCircle = (circles: TestSubgraph, viewer: Viewer | null, circleId: string) =>
  circles.mutate(viewer, 'joinCircle', `... on JoinCircleSuccess { ${CIRCLE} }`, { circleId })

export const approveMember = (circles: TestSubgraph, viewer: Viewer | null, circleId: string, userId: string) =>
  circles.mutate(viewer, 'approveMember', `... on ApproveMemberSuccess { ${CIRCLE} }`, { circleId, userId })

export const leaveCircle = (circles: TestSubgraph, viewer: Viewer | null, circleId: string) =>
  circles.mutate(viewer, 'leaveCircle', `... on LeaveCircleSuccess { ${CIRCLE} }`, { circleId })

/** A new viewer who has been let into the circle. */
export async function newMember(circles: TestSubgraph, host: Viewer, circleId: string): Promise<Viewer> {
  const member = newViewer()
  await joinCircle(circles, member, circleId)
  await approveMember(circles, host, circleId, member.userId)
  return member
}

import { type Id, newId } from '@planet/runtime/ids'
import { newViewer, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'

type Touch = { readonly by: Viewer; readonly kind?: 'VIEW' | 'GLANCE' | 'CLICK' | 'TICKET'; readonly at?: Date }

/** The event of posts by which a post of `author` becomes known. */
export const postPublished = (
  author: Viewer,
  post: { readonly postId?: Id<'Post'>; readonly kind?: string; readonly audience?: 'PUBLIC' | 'CIRCLE'; readonly at: Date },
) => ({
  stream: `creator:${author.userId}`,
  type: 'posts.PostPublished',
  payload: {
    postId: post.postId ?? newId<'Post'>(post.at),
    authorId: author.userId,
    kind: post.kind ?? 'INSIGHT',
    audience: post.audience ?? 'PUBLIC',
    circleId: null,
    instrumentIds: [],
    baseAssets: [],
    publishedAt: post.at.toISOString(),
    signal: null,
  },
})

/** The event of incentives by which a touch becomes known. */
export const touchRecorded = (postId: Id<'Post'>, at: Date, touch: Touch) => ({
  stream: `user:${touch.by.userId}`,
  type: 'incentives.TouchRecorded',
  payload: {
    touchId: newId<'Touch'>(at),
    userId: touch.by.userId,
    targetKind: 'POST',
    targetId: postId,
    authorId: null,
    kind: touch.kind ?? 'VIEW',
    surface: 'FEED',
    at: at.toISOString(),
  },
})

/** A post of `author` that is known to insights, published now. */
export async function publishPost(
  insights: TestSubgraph,
  author: Viewer,
  post: { readonly kind?: string; readonly audience?: 'PUBLIC' | 'CIRCLE'; readonly at?: Date } = {},
): Promise<Id<'Post'>> {
  const at = post.at ?? insights.clock.now()
  const postId = newId<'Post'>(at)
  await insights.publish(postPublished(author, { ...post, postId, at }))
  return postId
}

/** Touches of a post, by default views, by default now. */
export const touch = (insights: TestSubgraph, postId: Id<'Post'>, ...touches: readonly Touch[]) =>
  insights.publish(...touches.map((one) => touchRecorded(postId, one.at ?? insights.clock.now(), one)))

/** The event of creators by which it becomes known whose account it is. */
export const checkIdentity = (insights: TestSubgraph, viewer: Viewer, identityClusterId: string) =>
  insights.publish({
    stream: `user:${viewer.userId}`,
    type: 'creators.IdentityChecked',
    payload: { userId: viewer.userId, isVerified: true, identityClusterId },
  })

export const newReaders = (count: number): Viewer[] => Array.from({ length: count }, () => newViewer())

const FIELDS = 'from through postCount signalCount readerCount viewCount clickCount ticketCount ticketRate'

/** What `viewer` is told of the creators of these ids, null where there is none. */
export async function engagementOf(insights: TestSubgraph, viewer: Viewer | null, ids: readonly string[], days = 28) {
  const answer = await insights.query(
    viewer,
    `query ($representations: [_Any!]!, $days: Int!) { _entities(representations: $representations) { ... on Creator { engagement(days: $days) { ${FIELDS} } } } }`,
    { representations: ids.map((id) => ({ __typename: 'Creator', id })), days },
  )
  const error = answer.errors?.[0]
  if (error) throw Object.assign(new Error(error.message), { code: error.extensions?.code })
  return answer.data._entities.map((entity: { engagement: unknown } | null) => entity && entity.engagement)
}

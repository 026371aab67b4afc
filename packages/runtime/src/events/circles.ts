import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { id } from './fields.ts'

export const MembershipChanged = defineEvent('circles.MembershipChanged', {
  about: 'A user asked to join a circle, is a member, or is not any more.',
  kept: 'FACT',
  ...streamBy('circle', 'circleId'),
  payload: z.object({
    circleId: id<'Circle'>(),
    userId: id<'User'>(),
    state: z.enum(['REQUESTED', 'MEMBER', 'LEFT']),
    hostId: id<'User'>(),
    /** Why, and who brought it about. */
    reason: z.enum(['OPENED', 'REQUESTED', 'JOINED', 'APPROVED', 'WITHDRAWN', 'LEFT']),
    source: z.enum(['USER', 'HOST']),
    /** Dense from 1 per circle: a consumer that keeps the last one knows whether it has missed any. */
    revision: z.int(),
  }),
  consumers: ['incentives', 'posts', 'trading'],
})

export const ActivityHappened = defineEvent('circles.ActivityHappened', {
  about: 'Something that the members of a circle are told; in a stream that counts it.',
  kept: 'FACT',
  ...streamBy('circle-activity', 'circleId'),
  payload: z.object({
    circleId: id<'Circle'>(),
    kind: z.enum(['MEMBER_JOINED', 'MEMBER_LEFT', 'POST_PUBLISHED']),
    userId: id<'User'>(),
    /** Null unless `kind` is `POST_PUBLISHED`. */
    postId: id<'Post'>().nullable(),
  }),
  audience: 'ITS_CIRCLE',
})

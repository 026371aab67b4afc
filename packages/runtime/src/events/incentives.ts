import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { id, instant } from './fields.ts'

export const TouchRecorded = defineEvent('incentives.TouchRecorded', {
  about: "A user saw or opened a post, a creator's page, a session or a circle, or opened a ticket on a post.",
  kept: 'FACT',
  ...streamBy('user', 'userId'),
  payload: z.object({
    touchId: id<'Touch'>(),
    userId: id<'User'>(),
    targetKind: z.enum(['POST', 'CREATOR', 'SESSION', 'CIRCLE']),
    /** Of the post, the creator, the session or the circle. */
    targetId: id<'Post' | 'User' | 'LiveSession' | 'Circle'>(),
    /** The post's; null for a post that is not known there, and for what is no post. */
    authorId: id<'User'>().nullable(),
    /** A glance is a view of less than 5 seconds: it counts for nothing. */
    kind: z.enum(['VIEW', 'GLANCE', 'CLICK', 'TICKET']),
    /** Where it happened; null for a ticket. */
    surface: z.enum(['FEED', 'PERSONA', 'LIVE', 'CIRCLE', 'EXTERNAL_LINK']).nullable(),
    /** How long a view or a glance was visible, 0 to 3,600,000; null for the other kinds. */
    visibleMs: z.int().nullable(),
    /** The item of a feed that led to it, as the client says; null where none did. */
    feedItemId: id<'FeedItem'>().nullable(),
    at: instant(),
  }),
  consumers: ['insights'],
})

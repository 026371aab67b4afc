import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { id, instant } from './fields.ts'

export const TouchRecorded = defineEvent('incentives.TouchRecorded', {
  about: 'A user saw a post, clicked on it or opened a ticket on it.',
  kept: 'FACT',
  ...streamBy('user', 'userId'),
  payload: z.object({
    touchId: id<'Touch'>(),
    userId: id<'User'>(),
    postId: id<'Post'>(),
    /** Null for a post that is not known there. */
    authorId: id<'User'>().nullable(),
    kind: z.enum(['VIEW', 'CLICK', 'TICKET']),
    /** Null for a ticket. */
    surface: z.string().nullable(),
    at: instant(),
  }),
  consumers: ['insights'],
})

import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { amount, id, instant } from './fields.ts'

/** The whole plan of a signal, because the subgraph that judges it may not ask for it. */
const Plan = z.object({
  signalId: id<'Signal'>(),
  instrumentId: id<'Instrument'>(),
  side: z.enum(['LONG', 'SHORT']),
  entryKind: z.enum(['MARKET', 'LIMIT']),
  entry: amount(),
  entryExpiresAt: instant().nullable(),
  stop: amount(),
  targets: z.array(z.object({ price: z.string(), fraction: z.string() })),
  expiresAt: instant(),
  conviction: z.number(),
  moveStopToEntryAfter: z.int().nullable(),
  /** The circle's strategy that the plan follows; null without one. */
  strategyId: id<'Strategy'>().nullable(),
})

export const PostPublished = defineEvent('posts.PostPublished', {
  about: 'A post is out, with the plan of its signal where it has one.',
  kept: 'FACT',
  ...streamBy('creator', 'authorId'),
  payload: z.object({
    postId: id<'Post'>(),
    authorId: id<'User'>(),
    kind: z.enum(['INSIGHT', 'RESEARCH', 'STRATEGY', 'SIGNAL', 'RECAP', 'NEWS']),
    audience: z.enum(['PUBLIC', 'CIRCLE']),
    circleId: id<'Circle'>().nullable(),
    origin: z.enum(['WEB', 'APP', 'PARTNER_APP']),
    /** Null unless `origin` is PARTNER_APP. */
    partnerAppId: id<'User'>().nullable(),
    /** Of the first text, as `baseAssets`, and of the signal. */
    instrumentIds: z.array(id<'Instrument'>()),
    baseAssets: z.array(z.string()),
    publishedAt: instant(),
    signal: Plan.nullable(),
  }),
  consumers: ['circles', 'incentives', 'insights', 'live', 'trading'],
})

export const SignalPublished = defineEvent('posts.SignalPublished', {
  about: 'A public signal is out; after its `posts.PostPublished`, in a stream that counts the public signals of a creator.',
  kept: 'FACT',
  ...streamBy('signals', 'authorId'),
  payload: z.object({
    postId: id<'Post'>(),
    signalId: id<'Signal'>(),
    authorId: id<'User'>(),
    instrumentId: id<'Instrument'>(),
  }),
  audience: 'EVERYBODY',
})

export const PostEdited = defineEvent('posts.PostEdited', {
  about: 'A post has a new text, with what is named in it now; its signal is what it was.',
  kept: 'FACT',
  ...streamBy('creator', 'authorId'),
  payload: z.object({
    postId: id<'Post'>(),
    authorId: id<'User'>(),
    /** From 2; dense per post. */
    textVersion: z.int(),
    /** Of this text, as `baseAssets`, and of the signal. */
    instrumentIds: z.array(id<'Instrument'>()),
    baseAssets: z.array(z.string()),
    /** Of a greater version never earlier. */
    editedAt: instant(),
  }),
  consumers: ['incentives', 'trading'],
})

export const PostRetracted = defineEvent('posts.PostRetracted', {
  about: 'An author stands by a post no more. The post becomes a tombstone, its signal stays.',
  kept: 'FACT',
  ...streamBy('creator', 'authorId'),
  payload: z.object({
    postId: id<'Post'>(),
    authorId: id<'User'>(),
    signalId: id<'Signal'>().nullable(),
    retractedAt: instant(),
  }),
  consumers: ['incentives', 'trading'],
})

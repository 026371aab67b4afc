import type { Database, Tx } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import type { SignalRow } from './db/signal.ts'
import { consumerPositions } from './db/tables.ts'
import { insertCreatorOnce, insertPostOnce, insertSignalOnce, setMembership, updatePostRetracted } from './db/writes.ts'

const id = <Kind extends string>() => z.uuid().transform((text) => requireId<Kind>(text))
const instant = z.iso.datetime().transform((text) => new Date(text))
const amount = z.string().transform(decimal)

const PostPublished = z.object({
  postId: id<'Post'>(),
  authorId: id<'User'>(),
  audience: z.enum(['PUBLIC', 'CIRCLE']),
  circleId: id<'Circle'>().nullable(),
  instrumentIds: z.array(z.uuid()),
  baseAssets: z.array(z.string()),
  publishedAt: instant,
  signal: z
    .object({
      signalId: id<'Signal'>(),
      instrumentId: id<'Instrument'>(),
      side: z.enum(['LONG', 'SHORT']),
      entryKind: z.enum(['MARKET', 'LIMIT']),
      entry: amount,
      entryExpiresAt: instant.nullable(),
      stop: amount,
      targets: z.array(z.object({ price: z.string(), fraction: z.string() })),
      expiresAt: instant,
      conviction: z.number(),
      moveStopToEntryAfter: z.int().nullable(),
    })
    .nullable(),
})
const PostRetracted = z.object({ postId: id<'Post'>(), retractedAt: instant })
const MembershipChanged = z.object({ circleId: id<'Circle'>(), userId: id<'User'>(), state: z.string() })

const PredictionLocked = z.object({
  predictionId: id<'Prediction'>(),
  instrumentId: id<'Instrument'>(),
  lockedAt: instant,
  horizonAt: instant,
})

const CreatorProfileOpened = z.object({ creatorId: id<'User'>() })

/** What trading does about a fact of others besides keeping it, in the same transaction. */
export type Reactions = {
  /** Once for each signal. */
  readonly signalPublished: (tx: Tx, signal: SignalRow, log: Logger) => Promise<void>
  readonly postRetracted: (tx: Tx, postId: Id<'Post'>, retractedAt: Date) => Promise<void>
  /** Maybe again for one that was told before. */
  readonly predictionLocked: (tx: Tx, prediction: LockedPrediction) => Promise<void>
}

type LockedPrediction = {
  readonly id: Id<'Prediction'>
  readonly instrumentId: Id<'Instrument'>
  readonly lockedAt: Date
  readonly horizonAt: Date
}

type Handler = (tx: Tx, payload: LoggedEvent['payload'], log: Logger) => Promise<void>

/** What is done with each fact of another subgraph. */
const handlersWith = (reactions: Reactions): Record<string, Handler> => ({
  'posts.PostPublished': async (tx, payload, log) => {
    const { postId, signal, ...post } = PostPublished.parse(payload)
    await insertPostOnce(tx, { id: postId, ...post })
    if (!signal) return
    const { signalId, ...plan } = signal
    const { authorId, publishedAt, audience } = post
    const row = { id: signalId, postId, authorId, publishedAt, ...plan }
    if (await insertSignalOnce(tx, row)) await reactions.signalPublished(tx, { ...row, audience, retractedAt: null }, log)
  },
  'posts.PostRetracted': async (tx, payload) => {
    const { postId, retractedAt } = PostRetracted.parse(payload)
    await updatePostRetracted(tx, postId, retractedAt)
    await reactions.postRetracted(tx, postId, retractedAt)
  },
  'circles.MembershipChanged': async (tx, payload) => {
    const { circleId, userId, state } = MembershipChanged.parse(payload)
    await setMembership(tx, { circleId, userId }, state === 'MEMBER')
  },
  'live.PredictionLocked': (tx, payload) => {
    const { predictionId, ...question } = PredictionLocked.parse(payload)
    return reactions.predictionLocked(tx, { id: predictionId, ...question })
  },
})

/** Keeps the copies of what was published and retracted, and who is in which circle, and hands on what that sets going. */
export function createTradingConsumer(
  database: Database,
  { events, log }: Pick<SubgraphDeps, 'events' | 'log'>,
  reactions: Reactions,
): Worker {
  const handlers = handlersWith(reactions)
  return createConsumer({
    name: 'trading',
    database,
    events,
    types: Object.keys(handlers),
    positionTable: consumerPositions,
    log,
    handle: async (tx, event) => handlers[event.type]?.(tx, event.payload, log),
  })
}

/** Keeps the copy of who is a creator. Apart from the other copies, because a database that has those has not all of this. */
export const createCreatorConsumer = (database: Database, { events, log }: Pick<SubgraphDeps, 'events' | 'log'>): Worker =>
  createConsumer({
    name: 'creators',
    database,
    events,
    types: ['creators.CreatorProfileOpened'],
    positionTable: consumerPositions,
    log,
    handle: (tx, event) => insertCreatorOnce(tx, CreatorProfileOpened.parse(event.payload).creatorId),
  })

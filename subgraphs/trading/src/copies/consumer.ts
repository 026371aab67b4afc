import type { Database, Tx } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { LoggedEvent } from '@planet/runtime/event-log/log'
import { requireId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import { wakeOutcomeOfPost } from '../outcomes/db/signal-outcome.ts'
import { receiveSignal } from '../outcomes/receive-signal.ts'
import { insertPredictionOnce } from '../predictions/db/prediction.ts'
import { insertCreatorOnce } from './db/creator.ts'
import { insertPostOnce, setMembership, updatePostRetracted } from './db/post.ts'
import { consumerPositions } from './db/tables.ts'

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

type Handler = (tx: Tx, payload: LoggedEvent['payload'], log: Logger) => Promise<void>

/** Each fact of another subgraph that trading keeps a copy of. */
const handlers: Record<string, Handler> = {
  'posts.PostPublished': async (tx, payload, log) => {
    const { postId, signal, ...post } = PostPublished.parse(payload)
    await insertPostOnce(tx, { id: postId, ...post })
    if (!signal) return
    const { signalId, ...plan } = signal
    const { authorId, publishedAt, audience } = post
    await receiveSignal(tx, { id: signalId, postId, authorId, publishedAt, ...plan }, audience, log)
  },
  'posts.PostRetracted': async (tx, payload) => {
    const { postId, retractedAt } = PostRetracted.parse(payload)
    await updatePostRetracted(tx, postId, retractedAt)
    await wakeOutcomeOfPost(tx, postId, retractedAt)
  },
  'circles.MembershipChanged': async (tx, payload) => {
    const { circleId, userId, state } = MembershipChanged.parse(payload)
    await setMembership(tx, { circleId, userId }, state === 'MEMBER')
  },
  'live.PredictionLocked': (tx, payload) => {
    const { predictionId, ...question } = PredictionLocked.parse(payload)
    return insertPredictionOnce(tx, { id: predictionId, ...question })
  },
}

/** Keeps the copies of what was published, retracted, and locked, and who is in which circle. */
export const createTradingConsumer = (database: Database, { events, log }: Pick<SubgraphDeps, 'events' | 'log'>): Worker =>
  createConsumer({
    name: 'trading',
    database,
    events,
    types: Object.keys(handlers),
    positionTable: consumerPositions,
    log,
    handle: async (tx, event) => handlers[event.type]?.(tx, event.payload, log),
  })

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

import type { Database, Tx } from '@planet/runtime/database'
import { type Consumer, createConsumer, type Handler, on } from '@planet/runtime/event-log/consumer'
import { MembershipChanged } from '@planet/runtime/events/circles'
import { CreatorProfileOpened } from '@planet/runtime/events/creators'
import { PredictionLocked } from '@planet/runtime/events/live'
import { PostEdited, PostPublished, PostRetracted } from '@planet/runtime/events/posts'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import type { SignalRow } from './db/signal.ts'
import { consumerPositions } from './db/tables.ts'
import {
  insertCreatorOnce,
  insertPostOnce,
  insertPostVersionOnce,
  insertSignalOnce,
  setMembership,
  updatePostRetracted,
} from './db/writes.ts'

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

/** What is done with each fact of another subgraph. */
const handlersWith = (reactions: Reactions, log: Logger): readonly Handler[] => [
  on(PostPublished, async (tx, { postId, authorId, audience, circleId, publishedAt, instrumentIds, baseAssets, signal }) => {
    await insertPostOnce(tx, { id: postId, authorId, audience, circleId, publishedAt })
    await insertPostVersionOnce(tx, { postId, version: 1, instrumentIds, baseAssets, writtenAt: publishedAt })
    if (!signal) return
    const { signalId, ...plan } = signal
    const row = { id: signalId, postId, authorId, publishedAt, ...plan }
    if (await insertSignalOnce(tx, row)) await reactions.signalPublished(tx, { ...row, audience, retractedAt: null }, log)
  }),
  on(PostEdited, (tx, { postId, textVersion: version, instrumentIds, baseAssets, editedAt: writtenAt }) =>
    insertPostVersionOnce(tx, { postId, version, instrumentIds, baseAssets, writtenAt }),
  ),
  on(PostRetracted, async (tx, { postId, retractedAt }) => {
    await updatePostRetracted(tx, postId, retractedAt)
    await reactions.postRetracted(tx, postId, retractedAt)
  }),
  on(MembershipChanged, (tx, { circleId, userId, state }) => setMembership(tx, { circleId, userId }, state === 'MEMBER')),
  on(PredictionLocked, (tx, { predictionId, instrumentId, lockedAt, horizonAt }) =>
    reactions.predictionLocked(tx, { id: predictionId, instrumentId, lockedAt, horizonAt }),
  ),
]

/** Keeps the copies of what was published and retracted, and who is in which circle, and hands on what that sets going. */
export const createTradingConsumer = (
  database: Database,
  { events, log }: Pick<SubgraphDeps, 'events' | 'log'>,
  reactions: Reactions,
): Consumer =>
  createConsumer({
    name: 'trading',
    database,
    events,
    handlers: handlersWith(reactions, log),
    positionTable: consumerPositions,
    log,
  })

/** Keeps the copy of who is a creator. Apart from the other copies, because a database that has those has not all of this. */
export const createCreatorConsumer = (database: Database, { events, log }: Pick<SubgraphDeps, 'events' | 'log'>): Worker =>
  createConsumer({
    name: 'creators',
    database,
    events,
    handlers: [on(CreatorProfileOpened, (tx, { creatorId }) => insertCreatorOnce(tx, creatorId))],
    positionTable: consumerPositions,
    log,
  })

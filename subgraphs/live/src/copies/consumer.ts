import type { Database, Tx } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { EventLog, LoggedEvent } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import { insertCreatorOnce, insertInstrumentOnce, insertPostOnce, insertVoterOnce, setVoter } from './db/copy-writes.ts'
import { consumerPositions } from './db/tables.ts'
import type { MarketVerdict } from './domain/market-verdict.ts'

// A UUID is what an id of any kind is parsed from.
const id = <Kind extends string>() => z.uuid().transform((text) => text as Id<Kind>)

const UserRegistered = z.object({ userId: id<'User'>() })
const IdentityChecked = z.object({ userId: id<'User'>(), isVerified: z.boolean(), identityClusterId: z.uuid() })
const CreatorProfileOpened = z.object({ creatorId: id<'User'>() })
const InstrumentListed = z.object({ instrumentId: id<'Instrument'>() })
const PredictionSettled = z.object({
  predictionId: id<'Prediction'>(),
  settledAt: z.iso.datetime().transform((text) => new Date(text)),
  priceAtLock: z.string().transform(decimal).nullable(),
  priceAtHorizon: z.string().transform(decimal).nullable(),
  isUp: z.boolean().nullable(),
})
const PostPublished = z.object({ postId: id<'Post'>(), authorId: id<'User'>(), audience: z.enum(['PUBLIC', 'CIRCLE']) })

/** What is done here, in the same transaction, about facts that are more than copied. */
export type Reactions = {
  /** What is known of whose an account is has changed. */
  readonly identityChanged: (tx: Tx, userId: Id<'User'>, at: Date) => Promise<void>
  readonly predictionSettled: (tx: Tx, verdict: MarketVerdict) => Promise<void>
}

/** Each fact of another subgraph that live keeps a copy of. */
const handlersWith = (reactions: Reactions): Record<string, (tx: Tx, event: LoggedEvent) => Promise<void>> => ({
  'creators.UserRegistered': (tx, { payload }) => insertVoterOnce(tx, UserRegistered.parse(payload).userId),
  'creators.IdentityChecked': async (tx, { payload, at }) => {
    const voter = IdentityChecked.parse(payload)
    if (await setVoter(tx, voter)) await reactions.identityChanged(tx, voter.userId, at)
  },
  'creators.CreatorProfileOpened': (tx, { payload }) => insertCreatorOnce(tx, CreatorProfileOpened.parse(payload).creatorId),
  'trading.InstrumentListed': (tx, { payload }) => insertInstrumentOnce(tx, InstrumentListed.parse(payload).instrumentId),
  'trading.PredictionSettled': (tx, { payload }) => {
    const { predictionId, settledAt, priceAtLock: atLock, priceAtHorizon: atHorizon, isUp } = PredictionSettled.parse(payload)
    const prices = atLock && atHorizon && isUp !== null ? { atLock, atHorizon, isUp } : null
    return reactions.predictionSettled(tx, { predictionId, settledAt, prices })
  },
  'posts.PostPublished': (tx, { payload }) => {
    const { postId, ...post } = PostPublished.parse(payload)
    return insertPostOnce(tx, { id: postId, ...post })
  },
})

/** Keeps the copies of who votes, who may host, what is listed and which posts are public. */
export function createLiveConsumer(database: Database, events: EventLog, reactions: Reactions, log: Logger): Worker {
  const handlers = handlersWith(reactions)
  return createConsumer({
    name: 'live',
    database,
    events,
    types: Object.keys(handlers),
    positionTable: consumerPositions,
    log,
    handle: async (tx, event) => handlers[event.type]?.(tx, event),
  })
}

import type { Database, Tx } from '@planet/runtime/database'
import { createConsumer, type Handler, on } from '@planet/runtime/event-log/consumer'
import type { EventLog } from '@planet/runtime/event-log/log'
import { CreatorProfileOpened, IdentityChecked, UserRegistered } from '@planet/runtime/events/creators'
import { PostPublished } from '@planet/runtime/events/posts'
import { InstrumentListed, PredictionSettled } from '@planet/runtime/events/trading'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { insertCreatorOnce, insertInstrumentOnce, insertPostOnce, insertVoterOnce, setVoter } from './db/copy-writes.ts'
import { consumerPositions } from './db/tables.ts'
import type { MarketVerdict } from './domain/market-verdict.ts'

/** What is done here, in the same transaction, about facts that are more than copied. */
export type Reactions = {
  /** What is known of whose an account is has changed. */
  readonly identityChanged: (tx: Tx, userId: Id<'User'>, at: Date) => Promise<void>
  readonly predictionSettled: (tx: Tx, verdict: MarketVerdict) => Promise<void>
}

/** Each fact of another subgraph that live keeps a copy of. */
const handlersWith = (reactions: Reactions): readonly Handler[] => [
  on(UserRegistered, (tx, { userId }) => insertVoterOnce(tx, userId)),
  on(IdentityChecked, async (tx, voter, { at }) => {
    if (await setVoter(tx, voter)) await reactions.identityChanged(tx, voter.userId, at)
  }),
  on(CreatorProfileOpened, (tx, { creatorId }) => insertCreatorOnce(tx, creatorId)),
  on(InstrumentListed, (tx, { instrumentId }) => insertInstrumentOnce(tx, instrumentId)),
  on(PredictionSettled, (tx, { predictionId, settledAt, priceAtLock: atLock, priceAtHorizon: atHorizon, isUp }) => {
    const prices = atLock && atHorizon && isUp !== null ? { atLock, atHorizon, isUp } : null
    return reactions.predictionSettled(tx, { predictionId, settledAt, prices })
  }),
  on(PostPublished, (tx, { postId: id, authorId, audience }) => insertPostOnce(tx, { id, authorId, audience })),
]

/** Keeps the copies of who votes, who may host, what is listed and which posts are public. */
export const createLiveConsumer = (database: Database, events: EventLog, reactions: Reactions, log: Logger): Worker =>
  createConsumer({ name: 'live', database, events, handlers: handlersWith(reactions), positionTable: consumerPositions, log })

import type { Database, Tx } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { EventLog, LoggedEvent } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import { consumerPositions } from './db/tables.ts'
import { insertCreatorOnce, insertInstrumentOnce, setMembership } from './db/writes.ts'

const id = <Kind extends string>() => z.uuid().transform((text) => text as Id<Kind>)

const CreatorProfileOpened = z.object({ creatorId: id<'User'>() })
const InstrumentListed = z.object({
  instrumentId: id<'Instrument'>(),
  symbol: z.string(),
  baseAsset: z.string(),
  tickSize: z.string().transform(decimal),
})
const MembershipChanged = z.object({
  circleId: id<'Circle'>(),
  userId: id<'User'>(),
  state: z.enum(['REQUESTED', 'MEMBER', 'LEFT']),
})

/** Each fact of another subgraph that posts keeps a copy of. */
const handlers: Record<string, (tx: Tx, payload: LoggedEvent['payload']) => Promise<void>> = {
  'creators.CreatorProfileOpened': (tx, payload) => insertCreatorOnce(tx, CreatorProfileOpened.parse(payload).creatorId),
  'trading.InstrumentListed': (tx, payload) => {
    const { instrumentId, ...instrument } = InstrumentListed.parse(payload)
    return insertInstrumentOnce(tx, { id: instrumentId, ...instrument })
  },
  'circles.MembershipChanged': (tx, payload) => {
    const { circleId, userId, state } = MembershipChanged.parse(payload)
    return setMembership(tx, { circleId, userId }, state === 'MEMBER')
  },
}

/** Keeps the copies of who may publish, what is listed and who is in which circle. */
export const createPostsConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'posts',
    database,
    events,
    types: Object.keys(handlers),
    positionTable: consumerPositions,
    log,
    handle: async (tx, event) => handlers[event.type]?.(tx, event.payload),
  })

import type { Database } from '@planet/runtime/database'
import { createConsumer, on } from '@planet/runtime/event-log/consumer'
import type { EventLog } from '@planet/runtime/event-log/log'
import { MembershipChanged } from '@planet/runtime/events/circles'
import { CreatorProfileOpened } from '@planet/runtime/events/creators'
import { InstrumentListed } from '@planet/runtime/events/trading'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { consumerPositions } from './db/tables.ts'
import { insertCreatorOnce, insertInstrumentOnce, setMembership } from './db/writes.ts'

/** Each fact of another subgraph that posts keeps a copy of. */
const handlers = [
  on(CreatorProfileOpened, (tx, { creatorId }) => insertCreatorOnce(tx, creatorId)),
  on(InstrumentListed, (tx, { instrumentId, symbol, baseAsset, tickSize }) =>
    insertInstrumentOnce(tx, { id: instrumentId, symbol, baseAsset, tickSize }),
  ),
  on(MembershipChanged, (tx, { circleId, userId, state }) => setMembership(tx, { circleId, userId }, state === 'MEMBER')),
]

/** Keeps the copies of who may publish, what is listed and who is in which circle. */
export const createPostsConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({ name: 'posts', database, events, handlers, positionTable: consumerPositions, log })

import type { Database } from '@planet/runtime/database'
import { createConsumer } from '@planet/runtime/event-consumer'
import type { EventLog } from '@planet/runtime/event-log'
import { type Id, parseId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import { insertCreatorOnce } from './db/creator.ts'
import { consumerPositions } from './db/tables.ts'

const userId = z.custom<Id<'User'>>((value) => typeof value === 'string' && parseId(value) !== null)
const CreatorProfileOpened = z.object({ creatorId: userId })

/** Keeps the copy of who has a creator profile. */
export const createCirclesConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'circles',
    database,
    events,
    types: ['creators.CreatorProfileOpened'],
    positionTable: consumerPositions,
    log,
    handle: (tx, event) => insertCreatorOnce(tx, CreatorProfileOpened.parse(event.payload).creatorId),
  })

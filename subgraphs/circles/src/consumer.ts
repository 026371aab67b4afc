import type { Database } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { createConsumer, on } from '@planet/runtime/event-log/consumer'
import type { EventLog } from '@planet/runtime/event-log/log'
import { ActivityHappened } from '@planet/runtime/events/circles'
import { CreatorProfileOpened } from '@planet/runtime/events/creators'
import { PostPublished } from '@planet/runtime/events/posts'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { insertCreatorOnce } from './db/creator.ts'
import { consumerPositions } from './db/tables.ts'

const handlers = [
  on(CreatorProfileOpened, (tx, { creatorId }) => insertCreatorOnce(tx, creatorId)),
  on(PostPublished, async (tx, { postId, authorId, audience, circleId }, { at }) => {
    if (audience !== 'CIRCLE' || circleId === null) return
    await emit(tx, ActivityHappened, at, { circleId, kind: 'POST_PUBLISHED', userId: authorId, postId })
  }),
]

/** Keeps the copy of who has a creator profile, and tells members what was published for their circle. */
export const createCirclesConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({ name: 'circles', database, events, handlers, positionTable: consumerPositions, log })

import type { Database, Tx } from '@planet/runtime/database'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { EventLog, LoggedEvent } from '@planet/runtime/event-log/log'
import { requireId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import { insertCreatorOnce } from './db/creator.ts'
import { consumerPositions } from './db/tables.ts'
import { emitActivity } from './events.ts'

const id = <Kind extends string>() => z.uuid().transform((text) => requireId<Kind>(text))

const CreatorProfileOpened = z.object({ creatorId: id<'User'>() })
const PostPublished = z.object({
  postId: id<'Post'>(),
  authorId: id<'User'>(),
  audience: z.enum(['PUBLIC', 'CIRCLE']),
  circleId: id<'Circle'>().nullable(),
})

const handlers: Record<string, (tx: Tx, event: LoggedEvent) => Promise<void>> = {
  'creators.CreatorProfileOpened': (tx, { payload }) => insertCreatorOnce(tx, CreatorProfileOpened.parse(payload).creatorId),
  'posts.PostPublished': async (tx, { payload, at }) => {
    const { postId, authorId, audience, circleId } = PostPublished.parse(payload)
    if (audience !== 'CIRCLE' || circleId === null) return
    await emitActivity(tx, at, { circleId, kind: 'POST_PUBLISHED', userId: authorId, postId })
  },
}

/** Keeps the copy of who has a creator profile, and tells members what was published for their circle. */
export const createCirclesConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'circles',
    database,
    events,
    types: Object.keys(handlers),
    positionTable: consumerPositions,
    log,
    handle: async (tx, event) => handlers[event.type]?.(tx, event),
  })

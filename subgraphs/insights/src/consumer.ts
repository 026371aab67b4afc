import type { Database } from '@planet/runtime/database'
import { createConsumer, on } from '@planet/runtime/event-log/consumer'
import type { EventLog } from '@planet/runtime/event-log/log'
import { IdentityChecked } from '@planet/runtime/events/creators'
import { TouchRecorded } from '@planet/runtime/events/incentives'
import { PostPublished } from '@planet/runtime/events/posts'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { insertPostOnce } from './copies/db/post-writes.ts'
import { setIdentityCluster } from './copies/db/user.ts'
import { consumerPositions } from './db/tables.ts'
import { countPost, countTouch } from './engagement/count.ts'

/** Counts what is published and what becomes of it. */
export const createInsightsConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'insights',
    database,
    events,
    handlers: [
      on(PostPublished, async (tx, post) => {
        const { postId: id, authorId, kind, audience, publishedAt } = post
        if (await insertPostOnce(tx, { id, authorId, kind, audience, publishedAt })) await countPost(tx, post)
      }),
      on(TouchRecorded, countTouch),
    ],
    positionTable: consumerPositions,
    log,
  })

/** Keeps whose accounts are one person's. Apart from the counting, because a database that has counted has not all of this. */
export const createIdentityConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'identities',
    database,
    events,
    handlers: [
      on(IdentityChecked, (tx, { userId, identityClusterId }) => setIdentityCluster(tx, { id: userId, identityClusterId })),
    ],
    positionTable: consumerPositions,
    log,
  })

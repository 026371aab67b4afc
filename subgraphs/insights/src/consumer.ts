import type { Database, Tx } from '@planet/runtime/database'
import { createConsumer, on } from '@planet/runtime/event-log/consumer'
import type { EventLog } from '@planet/runtime/event-log/log'
import { IdentityChecked } from '@planet/runtime/events/creators'
import type { PayloadOf } from '@planet/runtime/events/define'
import { TouchRecorded } from '@planet/runtime/events/incentives'
import { PostPublished } from '@planet/runtime/events/posts'
import { requireId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { type Counter, countOnDay, type Deed, noteReader } from './db/creator-day.ts'
import { findPost, insertPostOnce } from './db/post.ts'
import { consumerPositions } from './db/tables.ts'
import { setIdentityCluster } from './db/user.ts'

const COUNTER = { VIEW: 'viewCount', CLICK: 'clickCount', TICKET: 'ticketCount' } as const satisfies Record<string, Counter>
const DEED = { VIEW: 'hasViewed', CLICK: 'hasClicked', TICKET: 'hasTicket' } as const satisfies Record<string, Deed>

async function countPost(tx: Tx, { postId, authorId, kind, audience, publishedAt }: PayloadOf<typeof PostPublished>) {
  const post = { authorId, kind, audience, publishedAt }
  const isNew = await insertPostOnce(tx, { id: postId, ...post })
  if (!isNew || post.audience !== 'PUBLIC') return
  await countOnDay(tx, post.authorId, post.publishedAt, post.kind === 'SIGNAL' ? ['postCount', 'signalCount'] : ['postCount'])
}

async function countTouch(tx: Tx, { userId, targetKind, targetId, kind, at }: PayloadOf<typeof TouchRecorded>) {
  if (targetKind !== 'POST' || kind === 'GLANCE') return
  // Nobody can touch a post before it is committed, so a post unknown here does not exist.
  const post = await findPost(tx, requireId<'Post'>(targetId))
  if (!post || post.audience !== 'PUBLIC' || post.authorId === userId) return
  await countOnDay(tx, post.authorId, at, [COUNTER[kind]])
  await noteReader(tx, post.authorId, at, userId, DEED[kind])
}

/** Counts what is published and what becomes of it. */
export const createInsightsConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'insights',
    database,
    events,
    handlers: [on(PostPublished, countPost), on(TouchRecorded, countTouch)],
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

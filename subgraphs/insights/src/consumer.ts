import type { Database, Tx } from '@planet/runtime/database'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { EventLog, LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, parseId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { z } from 'zod'
import { type Counter, countOnDay, type Deed, noteReader } from './db/creator-day.ts'
import { findPost, insertPostOnce } from './db/post.ts'
import { consumerPositions } from './db/tables.ts'
import { setIdentityCluster } from './db/user.ts'

const id = <Kind extends string>() => z.custom<Id<Kind>>((value) => typeof value === 'string' && parseId(value) !== null)
const instant = z.iso.datetime().transform((text) => new Date(text))

const PostPublished = z.object({
  postId: id<'Post'>(),
  authorId: id<'User'>(),
  kind: z.string(),
  audience: z.enum(['PUBLIC', 'CIRCLE']),
  publishedAt: instant,
})

const TouchRecorded = z.object({
  userId: id<'User'>(),
  postId: id<'Post'>(),
  kind: z.enum(['VIEW', 'CLICK', 'TICKET']),
  at: instant,
})

const COUNTER = { VIEW: 'viewCount', CLICK: 'clickCount', TICKET: 'ticketCount' } as const satisfies Record<string, Counter>
const DEED = { VIEW: 'hasViewed', CLICK: 'hasClicked', TICKET: 'hasTicket' } as const satisfies Record<string, Deed>

const IdentityChecked = z.object({ userId: id<'User'>(), identityClusterId: z.uuid() })

async function countPost(tx: Tx, payload: LoggedEvent['payload']): Promise<void> {
  const { postId, ...post } = PostPublished.parse(payload)
  const isNew = await insertPostOnce(tx, { id: postId, ...post })
  if (!isNew || post.audience !== 'PUBLIC') return
  await countOnDay(tx, post.authorId, post.publishedAt, post.kind === 'SIGNAL' ? ['postCount', 'signalCount'] : ['postCount'])
}

async function countTouch(tx: Tx, payload: LoggedEvent['payload']): Promise<void> {
  const { userId, postId, kind, at } = TouchRecorded.parse(payload)
  // Nobody can touch a post before it is committed, so a post unknown here does not exist.
  const post = await findPost(tx, postId)
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
    types: ['posts.PostPublished', 'incentives.TouchRecorded'],
    positionTable: consumerPositions,
    log,
    handle: (tx, { type, payload }) => (type === 'posts.PostPublished' ? countPost(tx, payload) : countTouch(tx, payload)),
  })

/** Keeps whose accounts are one person's. Apart from the counting, because a database that has counted has not all of this. */
export const createIdentityConsumer = (database: Database, events: EventLog, log: Logger): Worker =>
  createConsumer({
    name: 'identities',
    database,
    events,
    types: ['creators.IdentityChecked'],
    positionTable: consumerPositions,
    log,
    handle: (tx, { payload }) => {
      const { userId, identityClusterId } = IdentityChecked.parse(payload)
      return setIdentityCluster(tx, { id: userId, identityClusterId })
    },
  })

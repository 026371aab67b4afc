import type { Tx } from '@planet/runtime/database'
import type { PayloadOf } from '@planet/runtime/events/define'
import type { TouchRecorded } from '@planet/runtime/events/incentives'
import type { PostPublished } from '@planet/runtime/events/posts'
import { requireId } from '@planet/runtime/ids'
import { findPost } from '../copies/db/post.ts'
import { type Counter, countOnDay, type Deed, noteReader } from './db/creator-day.ts'

const COUNTER = { VIEW: 'viewCount', CLICK: 'clickCount', TICKET: 'ticketCount' } as const satisfies Record<string, Counter>
const DEED = { VIEW: 'hasViewed', CLICK: 'hasClicked', TICKET: 'hasTicket' } as const satisfies Record<string, Deed>

/** Counts a post that is published, to be called once for each. */
export async function countPost(tx: Tx, { authorId, kind, audience, publishedAt }: PayloadOf<typeof PostPublished>) {
  if (audience !== 'PUBLIC') return
  await countOnDay(tx, authorId, publishedAt, kind === 'SIGNAL' ? ['postCount', 'signalCount'] : ['postCount'])
}

/** Counts what becomes of a public post. */
export async function countTouch(tx: Tx, { userId, targetKind, targetId, kind, at }: PayloadOf<typeof TouchRecorded>) {
  if (targetKind !== 'POST' || kind === 'GLANCE') return
  // Nobody can touch a post before it is committed, so a post unknown here does not exist.
  const post = await findPost(tx, requireId<'Post'>(targetId))
  if (!post || post.audience !== 'PUBLIC' || post.authorId === userId) return
  await countOnDay(tx, post.authorId, at, [COUNTER[kind]])
  await noteReader(tx, post.authorId, at, userId, DEED[kind])
}

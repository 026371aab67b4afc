import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { forgetBuckets, lockChat } from './db/chat.ts'

/** Nobody sends in a session that has ended. Waits for whoever is sending. */
export async function clearChat(tx: Tx, sessionId: Id<'LiveSession'>): Promise<void> {
  await lockChat(tx, sessionId)
  await forgetBuckets(tx, sessionId)
}

import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { ViewersCounted } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import { emptyAudience } from './db/audience.ts'

/** Nobody watches a session that has ended. */
export async function clearAudience(tx: Tx, sessionId: Id<'LiveSession'>, now: Date): Promise<void> {
  await emptyAudience(tx, sessionId)
  await emit(tx, ViewersCounted, now, { sessionId, viewerCount: 0 })
}

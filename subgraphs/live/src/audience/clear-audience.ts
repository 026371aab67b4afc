import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { emptyAudience } from './db/audience.ts'
import { emitViewersCounted } from './events.ts'

/** Nobody watches a session that has ended. */
export async function clearAudience(tx: Tx, sessionId: Id<'LiveSession'>, now: Date): Promise<void> {
  await emptyAudience(tx, sessionId)
  await emitViewersCounted(tx, now, { sessionId, viewerCount: 0 })
}

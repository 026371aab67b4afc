import type { Db } from '@planet/runtime/database'
import type { LoggedEvent } from '@planet/runtime/event-log/event'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { LogMark } from '@planet/runtime/event-log/log-mark'
import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { decodePayload } from '@planet/runtime/event-log/payload'
import { BulletRemoved, BulletSent } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import { readTogether } from '@planet/runtime/read-together'
import { type BulletRow, findBullets } from './db/bullet.ts'

/** A change in a session's chat, with its place in the log. */
export type BulletChange = EventPlace & {
  readonly kind: 'SENT' | 'REMOVED'
  /** Bullets that the sample left out since the one before. */
  readonly dropped: number
  readonly bullet: BulletRow
}

/** What happens in a session's chat after `after`; null: from now on. */
export const followChat = (options: {
  readonly db: Db
  readonly events: EventLog
  readonly sessionId: Id<'LiveSession'>
  readonly after: string | null
  /** Whether bullets that are not in the sample are passed over. */
  readonly isSampled: boolean
}): Promise<AsyncGenerator<BulletChange | LogMark, void, void>> => {
  const { db, events, sessionId, after, isSampled } = options
  const findBullet = readTogether((ids: readonly Id<'Bullet'>[]) => findBullets(db, ids))
  const readBullet = async (id: Id<'Bullet'>) => {
    const row = await findBullet(id)
    if (!row) throw new Error(`no bullet ${id}`)
    return row
  }
  const read = async (event: LoggedEvent): Promise<BulletChange | null> => {
    if (event.type === BulletRemoved.type) {
      const { bulletId } = decodePayload(BulletRemoved, event)
      return { ...placeOf(event), kind: 'REMOVED', dropped: 0, bullet: await readBullet(bulletId) }
    }
    const sent = decodePayload(BulletSent, event)
    if (isSampled && !sent.isSampled) return null
    // The row says whether it has been removed since.
    const bullet = await readBullet(sent.bulletId)
    return { ...placeOf(event), kind: 'SENT', dropped: isSampled ? sent.dropped : 0, bullet }
  }
  const types = [BulletSent.type, BulletRemoved.type]
  return logStream({ events, filter: { streams: [BulletSent.streamOf({ sessionId })], types }, after, read })
}

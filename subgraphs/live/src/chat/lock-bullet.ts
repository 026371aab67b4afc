import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import { getSession } from '../sessions/db/live-session.ts'
import { type BulletRow, findBullet, getBullet } from './db/bullet.ts'
import { type Chat, lockChat } from './db/chat.ts'

/** A bullet that `moderator` may show or remove, and its chat, locked until commit; null if there is none. */
export async function lockBullet(
  tx: Tx,
  bulletId: Id<'Bullet'>,
  moderator: Viewer,
): Promise<{ readonly bullet: BulletRow; readonly chat: Chat } | null> {
  const found = await findBullet(tx, bulletId)
  if (!found) return null
  const { hostId } = await getSession(tx, found.sessionId)
  if (hostId !== moderator.userId && !hasRole(moderator, 'admin')) return null
  const chat = await lockChat(tx, found.sessionId)
  // Read again after the lock: a rival may have moved it meanwhile.
  return { bullet: await getBullet(tx, bulletId), chat }
}

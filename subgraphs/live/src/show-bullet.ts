import type { Tx } from '@planet/runtime/database'
import type { BulletRow } from './db/bullet.ts'
import { decideSampling, type Sample } from './domain/bullet.ts'
import { emitBulletSent } from './events.ts'

/** Tells the chat's stream that the bullet is visible from now on; the chat's sample after that. Lock the chat first. */
export async function showBullet(tx: Tx, bullet: BulletRow, sample: Sample, now: Date): Promise<Sample> {
  const decision = decideSampling(sample, now)
  const { id: bulletId, sessionId, authorId: userId } = bullet
  await emitBulletSent(tx, now, { sessionId, bulletId, userId, isSampled: decision.isSampled, dropped: decision.dropped })
  return decision.sample
}

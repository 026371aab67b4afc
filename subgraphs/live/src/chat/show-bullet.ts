import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { BulletSent } from '@planet/runtime/events/live'
import type { BulletRow } from './db/bullet.ts'
import { decideSampling, type Sample } from './domain/bullet.ts'

/**
 * Tells the chat's stream that the bullet is visible from `at` on, in the platform's time; the chat's sample after that, which
 * counts by the machine's. Lock the chat first.
 */
export async function showBullet(tx: Tx, bullet: BulletRow, sample: Sample, at: Date, machineNow: Date): Promise<Sample> {
  const decision = decideSampling(sample, machineNow)
  const { id: bulletId, sessionId, authorId: userId } = bullet
  await emit(tx, BulletSent, at, { sessionId, bulletId, userId, isSampled: decision.isSampled, dropped: decision.dropped })
  return decision.sample
}

import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { hasRole, requireUser } from '@planet/runtime/viewer'
import { findBullet, getBullet, moderateBullet } from '../db/bullet.ts'
import { lockChat } from '../db/chat.ts'
import { getSession } from '../db/live-session.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { noSuchBulletOfHost } from '../domain/refusals.ts'
import { emitBulletRemoved } from '../events.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['RemoveBulletResult']>

export const removeBullet: MutationResolvers['removeBullet'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const bulletId = parseId<'Bullet'>(input.bulletId)
  if (!bulletId) return noSuchBulletOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'removeBullet', input, resultId: bulletId, now: ctx.now() },
    async (tx) => {
      const found = await findBullet(tx, bulletId)
      if (!found) return noSuchBulletOfHost()
      const { sessionId } = found
      const { hostId } = await getSession(tx, sessionId)
      if (hostId !== userId && !hasRole(ctx.viewer, 'admin')) return noSuchBulletOfHost()

      await lockChat(tx, sessionId, ctx.now())
      // Read again after the lock: what was seen is to be hidden, what was held is not.
      const before = await getBullet(tx, bulletId)
      if (before.moderation === 'REMOVED') return { __typename: 'RemoveBulletSuccess', bullet: before }
      const now = ctx.now()
      const change = { moderation: 'REMOVED' as const, moderatedBy: userId, moderatedAt: now }
      const bullet = await moderateBullet(tx, bulletId, change)
      if (before.moderation === 'VISIBLE') await emitBulletRemoved(tx, now, { sessionId, bulletId })
      return { __typename: 'RemoveBulletSuccess', bullet }
    },
    async (tx) => ({ __typename: 'RemoveBulletSuccess', bullet: await getBullet(tx, bulletId) }),
  )
}

import { emit } from '@planet/runtime/event-log/append'
import { BulletRemoved } from '@planet/runtime/events/live'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getBullet, moderateBullet } from '../db/bullet.ts'
import { noSuchBulletOfHost } from '../domain/refusals.ts'
import { lockBullet } from '../lock-bullet.ts'

type Result = Awaited<ResolversTypes['RemoveBulletResult']>

export const removeBullet: MutationResolvers['removeBullet'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const { userId } = viewer
  const bulletId = parseId<'Bullet'>(input.bulletId)
  if (!bulletId) return noSuchBulletOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'removeBullet', input, resultId: bulletId, now: ctx.now() },
    async (tx) => {
      const locked = await lockBullet(tx, bulletId, viewer)
      if (!locked) return noSuchBulletOfHost()
      const before = locked.bullet
      if (before.moderation === 'REMOVED') return { __typename: 'RemoveBulletSuccess', bullet: before }
      const now = ctx.now()
      const change = { moderation: 'REMOVED' as const, moderatedBy: userId, moderatedAt: now }
      const bullet = await moderateBullet(tx, bulletId, change)
      // What was seen is to be hidden, what was held is not.
      if (before.moderation === 'VISIBLE') await emit(tx, BulletRemoved, now, { sessionId: before.sessionId, bulletId })
      return { __typename: 'RemoveBulletSuccess', bullet }
    },
    async (tx) => ({ __typename: 'RemoveBulletSuccess', bullet: await getBullet(tx, bulletId) }),
  )
}

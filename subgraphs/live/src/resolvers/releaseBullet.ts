import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { hasRole, requireUser } from '@planet/runtime/viewer'
import { findBullet, getBullet, moderateBullet } from '../db/bullet.ts'
import { lockChat, updateChat } from '../db/chat.ts'
import { getSession } from '../db/live-session.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { noSuchBulletOfHost, wrongLiveStatus } from '../domain/refusals.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'
import { showBullet } from '../show-bullet.ts'

type Result = Awaited<ResolversTypes['ReleaseBulletResult']>

export const releaseBullet: MutationResolvers['releaseBullet'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const bulletId = parseId<'Bullet'>(input.bulletId)
  if (!bulletId) return noSuchBulletOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'releaseBullet', input, resultId: bulletId, now: ctx.now() },
    async (tx) => {
      const found = await findBullet(tx, bulletId)
      if (!found) return noSuchBulletOfHost()
      const { sessionId } = found
      const { hostId } = await getSession(tx, sessionId)
      if (hostId !== userId && !hasRole(ctx.viewer, 'admin')) return noSuchBulletOfHost()

      const chat = await lockChat(tx, sessionId, ctx.now())
      // Read again after the lock.
      const { status } = await getSession(tx, sessionId)
      if (status !== 'LIVE') return wrongLiveStatus(status)
      const before = await getBullet(tx, bulletId)
      if (before.moderation === 'REMOVED') return invalidInput([{ field: 'bulletId', message: 'The bullet was removed.' }])
      if (before.moderation === 'VISIBLE') return { __typename: 'ReleaseBulletSuccess', bullet: before }
      const now = ctx.now()
      const change = { moderation: 'VISIBLE' as const, moderatedBy: userId, moderatedAt: now }
      const bullet = await moderateBullet(tx, bulletId, change)
      await updateChat(tx, sessionId, { ...chat, sample: await showBullet(tx, bullet, chat.sample, now) })
      return { __typename: 'ReleaseBulletSuccess', bullet }
    },
    async (tx) => ({ __typename: 'ReleaseBulletSuccess', bullet: await getBullet(tx, bulletId) }),
  )
}

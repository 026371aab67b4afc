import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession } from '../../sessions/db/live-session.ts'
import { wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { getBullet, moderateBullet } from '../db/bullet.ts'
import { updateChat } from '../db/chat.ts'
import { noSuchBulletOfHost } from '../domain/refusals.ts'
import { lockBullet } from '../lock-bullet.ts'
import { showBullet } from '../show-bullet.ts'

type Result = Awaited<ResolversTypes['ReleaseBulletResult']>

export const releaseBullet: MutationResolvers['releaseBullet'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const { userId } = viewer
  const bulletId = parseId<'Bullet'>(input.bulletId)
  if (!bulletId) return noSuchBulletOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'releaseBullet', input, resultId: bulletId, now: ctx.now() },
    async (tx) => {
      const locked = await lockBullet(tx, bulletId, viewer)
      if (!locked) return noSuchBulletOfHost()
      const { bullet: before, chat } = locked
      const { sessionId } = before
      const { status } = await getSession(tx, sessionId)
      if (status !== 'LIVE') return wrongLiveStatus(status)
      if (before.moderation === 'REMOVED') return invalidInput([{ field: 'bulletId', message: 'The bullet was removed.' }])
      if (before.moderation === 'VISIBLE') return { __typename: 'ReleaseBulletSuccess', bullet: before }
      const now = ctx.now()
      const change = { moderation: 'VISIBLE' as const, moderatedBy: userId, moderatedAt: now }
      const bullet = await moderateBullet(tx, bulletId, change)
      const sample = await showBullet(tx, bullet, chat.sample, now, ctx.crowd.machineNow())
      await updateChat(tx, sessionId, { ...chat, sample })
      return { __typename: 'ReleaseBulletSuccess', bullet }
    },
    async (tx) => ({ __typename: 'ReleaseBulletSuccess', bullet: await getBullet(tx, bulletId) }),
  )
}

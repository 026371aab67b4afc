import type { Tx } from '@planet/runtime/database'
import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { findLineFaults } from '@planet/runtime/plain-text'
import { invalidInput } from '@planet/runtime/refusals'
import { hasRole, requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findRoom } from '../../sessions/db/room.ts'
import { bannedFromSession, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { getBullet, insertBullet } from '../db/bullet.ts'
import { lockBucket, lockChat, updateBucket, updateChat } from '../db/chat.ts'
import { MAX_BULLET, moderationOf, SENDING } from '../domain/bullet.ts'
import { chatFlooded } from '../domain/refusals.ts'
import { takeToken } from '../domain/token-bucket.ts'
import { showBullet } from '../show-bullet.ts'

type Result = Awaited<ResolversTypes['SendBulletResult']>

export const sendBullet: MutationResolvers['sendBullet'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const text = input.text.trim()
  const faults = findLineFaults('text', text, MAX_BULLET)
  const noSuchSession = { field: 'sessionId', message: 'No such session.' }
  if (!sessionId) return invalidInput([noSuchSession, ...faults])
  const id = newId<'Bullet'>(ctx.now())

  const send = async (tx: Tx): Promise<Result> => {
    if (faults.length > 0) return invalidInput((await findRoom(tx, sessionId, userId)) ? faults : [noSuchSession, ...faults])
    // The user's own row before the one that everybody waits for.
    const bucket = await lockBucket(tx, sessionId, userId)
    const taking = takeToken(bucket, SENDING, ctx.crowd.machineNow())
    if (taking.kind === 'Empty') return chatFlooded(taking.retryAfterMs)
    await updateBucket(tx, sessionId, userId, taking.bucket)

    const chat = await lockChat(tx, sessionId)
    // After the lock, which the session's end takes too.
    const room = await findRoom(tx, sessionId, userId)
    if (!room) return invalidInput([noSuchSession])
    if (room.session.status !== 'LIVE') return wrongLiveStatus(room.session.status)
    if (room.isBanned) return bannedFromSession()

    const now = ctx.now()
    const moderation = moderationOf(text, room.session.hostId === userId || hasRole(ctx.viewer, 'admin'))
    const number = chat.bulletCount + 1
    const bullet = await insertBullet(tx, { id, sessionId, number, authorId: userId, text, sentAt: now, moderation })
    const isVisible = moderation === 'VISIBLE'
    const sample = isVisible ? await showBullet(tx, bullet, chat.sample, now, ctx.crowd.machineNow()) : chat.sample
    await updateChat(tx, sessionId, { bulletCount: number, sample })
    return { __typename: 'SendBulletSuccess', bullet }
  }
  const replay = async (tx: Tx, resultId: string): Promise<Result> => ({
    __typename: 'SendBulletSuccess',
    bullet: await getBullet(tx, requireId(resultId)),
  })
  const call = { table: idempotencyKeys, userId, mutation: 'sendBullet', input, resultId: id, now: ctx.now() }
  return ctx.crowd.turns.take(`chat ${sessionId}`, () => performOnce<Result>(ctx.db, call, send, replay))
}

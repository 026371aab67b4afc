import type { Tx } from '@planet/runtime/database'
import { emit, type LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'
import { z } from 'zod'
import type { MembershipChange } from './domain/membership.ts'
import type { CircleActivityKind } from './generated/enums.ts'

/**
 * `revision` is dense from 1 within a circle: a consumer that keeps the last one knows whether it has missed any. Where
 * the number of members changes, the members are told too.
 */
export async function emitMembershipChanged(
  tx: Tx,
  at: Date,
  where: { circleId: Id<'Circle'>; userId: Id<'User'>; hostId: Id<'User'>; revision: number },
  { to: state, memberCountBy }: Pick<MembershipChange, 'to' | 'memberCountBy'>,
): Promise<void> {
  const { circleId, userId, hostId, revision } = where
  const payload = { circleId, userId, state, hostId, revision }
  await emit(tx, { stream: `circle:${circleId}`, type: 'circles.MembershipChanged', payload, at })
  if (memberCountBy === 0) return
  const kind = memberCountBy > 0 ? 'MEMBER_JOINED' : 'MEMBER_LEFT'
  await emitActivity(tx, at, { circleId, kind, userId, postId: null })
}

/** The stream of what a circle's members are told. */
export const activityStream = (circleId: Id<'Circle'>): string => `circle-activity:${circleId}`

export const ACTIVITY = 'circles.ActivityHappened'

type Activity = {
  readonly kind: CircleActivityKind
  readonly userId: Id<'User'>
  /** Null unless `kind` is `POST_PUBLISHED`. */
  readonly postId: Id<'Post'> | null
}

export const emitActivity = (tx: Tx, at: Date, activity: Activity & { readonly circleId: Id<'Circle'> }) =>
  emit(tx, { stream: activityStream(activity.circleId), type: ACTIVITY, payload: activity, at })

const id = <Kind extends string>() => z.uuid().transform((text) => requireId<Kind>(text))
const Activity = z.object({
  kind: z.enum(['MEMBER_JOINED', 'MEMBER_LEFT', 'POST_PUBLISHED']),
  userId: id<'User'>(),
  postId: id<'Post'>().nullable(),
})

export const readActivity = (event: LoggedEvent): Activity => Activity.parse(event.payload)

import type { Tx } from '@planet/runtime/database'
import { emit, type LoggedEvent } from '@planet/runtime/event-log'
import { type Id, parseId } from '@planet/runtime/ids'
import { z } from 'zod'
import { insertCreatorOnce } from './db/creator.ts'
import type { MembershipState } from './generated/resolvers.ts'

/** `revision` is dense from 1 within a circle: a consumer that keeps the last one knows whether it has missed any. */
export const emitMembershipChanged = (
  tx: Tx,
  at: Date,
  payload: { circleId: Id<'Circle'>; userId: Id<'User'>; state: MembershipState; hostId: Id<'User'>; revision: number },
) => emit(tx, { stream: `circle:${payload.circleId}`, type: 'circles.MembershipChanged', payload, at })

export const CONSUMED_TYPES = ['creators.CreatorProfileOpened'] as const

const userId = z.custom<Id<'User'>>((value) => typeof value === 'string' && parseId(value) !== null)
const CreatorProfileOpened = z.object({ creatorId: userId })

/** Keeps the copy of creators. */
export async function handleEvent(tx: Tx, event: LoggedEvent): Promise<void> {
  await insertCreatorOnce(tx, CreatorProfileOpened.parse(event.payload).creatorId)
}

import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log'
import type { Id } from '@planet/runtime/ids'
import type { MembershipState } from './generated/resolvers.ts'

/** `revision` is dense from 1 within a circle: a consumer that keeps the last one knows whether it has missed any. */
export const emitMembershipChanged = (
  tx: Tx,
  at: Date,
  payload: { circleId: Id<'Circle'>; userId: Id<'User'>; state: MembershipState; hostId: Id<'User'>; revision: number },
) => emit(tx, { stream: `circle:${payload.circleId}`, type: 'circles.MembershipChanged', payload, at })

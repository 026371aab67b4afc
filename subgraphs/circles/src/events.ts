import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { ActivityHappened, MembershipChanged } from '@planet/runtime/events/circles'
import type { Id } from '@planet/runtime/ids'
import type { MembershipChange } from './domain/membership.ts'

/** Where the number of members changes, the members are told too. */
export async function emitMembershipChanged(
  tx: Tx,
  at: Date,
  where: { circleId: Id<'Circle'>; userId: Id<'User'>; hostId: Id<'User'>; revision: number },
  { to: state, memberCountBy, cause }: MembershipChange,
): Promise<void> {
  const { circleId, userId } = where
  await emit(tx, MembershipChanged, at, { ...where, state, ...cause })
  if (memberCountBy === 0) return
  const kind = memberCountBy > 0 ? 'MEMBER_JOINED' : 'MEMBER_LEFT'
  await emit(tx, ActivityHappened, at, { circleId, kind, userId, postId: null })
}

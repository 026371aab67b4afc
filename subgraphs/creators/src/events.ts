import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log'
import type { Id } from '@planet/runtime/ids'

export const emitUserRegistered = (tx: Tx, at: Date, payload: { userId: Id<'User'>; handle: string }) =>
  emit(tx, { stream: `user:${payload.userId}`, type: 'creators.UserRegistered', payload, at })

export const emitCreatorProfileOpened = (tx: Tx, at: Date, payload: { creatorId: Id<'User'>; handle: string }) =>
  emit(tx, { stream: `creator:${payload.creatorId}`, type: 'creators.CreatorProfileOpened', payload, at })

export const emitIdentityChecked = (
  tx: Tx,
  at: Date,
  payload: { userId: Id<'User'>; isVerified: boolean; identityClusterId: string },
) => emit(tx, { stream: `user:${payload.userId}`, type: 'creators.IdentityChecked', payload, at })

export const emitFollowChanged = (
  tx: Tx,
  at: Date,
  payload: { creatorId: Id<'User'>; userId: Id<'User'>; isFollowing: boolean; revision: number },
) => emit(tx, { stream: `creator:${payload.creatorId}`, type: 'creators.FollowChanged', payload, at })

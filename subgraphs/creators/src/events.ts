import type { Tx } from '@planet/runtime/database'
import { emit, type LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'

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

/** All revocations are one stream: each gateway follows every one of them. */
const REVOCATIONS_STREAM = 'token-revocations'
export const TOKENS_REVOKED = 'creators.TokensRevoked'

export const emitTokensRevoked = (tx: Tx, at: Date, payload: { revocationId: Id<'TokenRevocation'> }) =>
  emit(tx, { stream: REVOCATIONS_STREAM, type: TOKENS_REVOKED, payload, at })

export const readTokensRevoked = ({ payload }: LoggedEvent) => ({
  revocationId: requireId<'TokenRevocation'>(String(payload.revocationId)),
})

import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { id } from './fields.ts'

export const UserRegistered = defineEvent('creators.UserRegistered', {
  about: 'Somebody has an account.',
  kept: 'FACT',
  ...streamBy('user', 'userId'),
  payload: z.object({
    userId: id<'User'>(),
    handle: z.string(),
    acquisitionSource: z.enum(['ORGANIC', 'COMPETITION', 'FEE_DISCOUNT', 'AIRDROP', 'CREATOR', 'REFERRAL']),
    /** The creator for `CREATOR`, the referring user for `REFERRAL`; null for other sources. */
    acquiredById: id<'User'>().nullable(),
  }),
  consumers: ['incentives', 'live'],
})

export const CreatorProfileOpened = defineEvent('creators.CreatorProfileOpened', {
  about: 'A user may publish from now on.',
  kept: 'FACT',
  ...streamBy('creator', 'creatorId'),
  payload: z.object({ creatorId: id<'User'>(), handle: z.string() }),
  consumers: ['circles', 'incentives', 'live', 'posts', 'trading'],
})

export const IdentityChecked = defineEvent('creators.IdentityChecked', {
  about: "A check of a user's identity ended, or changed whose accounts are one person's.",
  kept: 'FACT',
  ...streamBy('user', 'userId'),
  payload: z.object({
    userId: id<'User'>(),
    isVerified: z.boolean(),
    identityClusterId: z.uuid(),
    /** Why it is so from now on, and who said it. */
    reason: z.enum(['IDENTITY_CHECK']),
    source: z.enum(['ADMIN']),
  }),
  consumers: ['incentives', 'insights', 'live'],
})

export const FollowChanged = defineEvent('creators.FollowChanged', {
  about: 'A user follows a creator, or does not any more.',
  kept: 'FACT',
  ...streamBy('creator', 'creatorId'),
  payload: z.object({
    creatorId: id<'User'>(),
    userId: id<'User'>(),
    isFollowing: z.boolean(),
    /** Why, and who brought it about. */
    reason: z.enum(['FOLLOWED', 'UNFOLLOWED']),
    source: z.enum(['USER']),
    /** Dense from 1 per creator. */
    revision: z.int(),
  }),
})

export const TokensRevoked = defineEvent('creators.TokensRevoked', {
  about: 'Access tokens are not taken any more; which, stands in the revocation.',
  kept: 'FACT',
  stream: 'token-revocations',
  streamOf: () => 'token-revocations',
  payload: z.object({ revocationId: id<'TokenRevocation'>() }),
  audience: 'GATEWAYS',
})

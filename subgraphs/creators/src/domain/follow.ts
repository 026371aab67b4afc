/** Why a user comes to follow a creator, and who brings it about. */
export const FOLLOWED = { reason: 'FOLLOWED', source: 'USER' } as const
export type FollowBegan = typeof FOLLOWED

/** Why a user follows a creator no longer, and who brings it about. */
export const UNFOLLOWED = { reason: 'UNFOLLOWED', source: 'USER' } as const
export type FollowEnded = typeof UNFOLLOWED

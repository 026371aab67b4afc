/** The one way to a role that is kept here. */
export const PROFILE_OPENED = { role: 'CREATOR', reason: 'PROFILE_OPENED', source: 'USER' } as const
export type ProfileOpened = typeof PROFILE_OPENED

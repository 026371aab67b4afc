import type { LiveStatus } from './session.ts'

export const notALiveHost = () => ({
  __typename: 'NotALiveHost' as const,
  code: 'NOT_A_LIVE_HOST',
  message: 'Only a creator can host a session; call `openCreatorProfile` first.',
})

const WORD: Record<LiveStatus, string> = { SCHEDULED: 'not started yet', LIVE: 'live already', ENDED: 'over' }

export const wrongLiveStatus = (status: LiveStatus) => ({
  __typename: 'WrongLiveStatus' as const,
  code: 'WRONG_LIVE_STATUS',
  message: `The session is ${WORD[status]}.`,
  status,
})

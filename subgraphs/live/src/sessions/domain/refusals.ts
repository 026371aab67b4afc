import { invalidInput } from '@planet/runtime/refusals'
import type { LiveStatus } from './session.ts'

export const noSuchSession = () => invalidInput([{ field: 'sessionId', message: 'No such session.' }])
/** What is somebody else's to decide is not told from what is not there. */
export const noSuchSessionOfHost = () => invalidInput([{ field: 'sessionId', message: 'No such session of yours.' }])
export const noSuchUser = () => invalidInput([{ field: 'userId', message: 'No such user.' }])

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

export const bannedFromSession = () => ({
  __typename: 'BannedFromSession' as const,
  code: 'BANNED_FROM_SESSION',
  message: 'The host has banned you from this session.',
})

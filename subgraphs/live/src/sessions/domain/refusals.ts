import { invalidInput } from '@planet/runtime/refusals'
import type { QuestionState } from '../../questions/domain/question.ts'
import type { SeatState } from '../../stage/domain/seat.ts'
import type { LiveStatus } from './session.ts'

export const noSuchSession = () => invalidInput([{ field: 'sessionId', message: 'No such session.' }])
/** What is somebody else's to decide is not told from what is not there. */
export const noSuchSessionOfHost = () => invalidInput([{ field: 'sessionId', message: 'No such session of yours.' }])
export const noSuchQuestionOfHost = () =>
  invalidInput([{ field: 'questionId', message: 'No such question in a session of yours.' }])
export const noSuchBulletOfHost = () => invalidInput([{ field: 'bulletId', message: 'No such bullet in a session of yours.' }])
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

export const chatFlooded = (retryAfterMs: number) => ({
  __typename: 'ChatFlooded' as const,
  code: 'CHAT_FLOODED',
  message: `You send too much at once; try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
  retryAfter: retryAfterMs,
})

const SEAT_WORD: Record<SeatState, string> = {
  REQUESTED: 'has asked for a seat already',
  INVITED: 'is invited',
  ON_STAGE: 'is on stage',
  LEFT: 'has left',
}

export const wrongSeatState = (state: SeatState | null) => ({
  __typename: 'WrongSeatState' as const,
  code: 'WRONG_SEAT_STATE',
  message: `The user ${state === null ? 'has no seat' : SEAT_WORD[state]}.`,
  state,
})

export const stageFull = (maxSeats: number) => ({
  __typename: 'StageFull' as const,
  code: 'STAGE_FULL',
  message: `The stage has ${maxSeats} seats, and all are taken.`,
  maxSeats,
})

const QUESTION_WORD: Record<QuestionState, string> = {
  OPEN: 'open',
  ANSWERING: 'being answered',
  ANSWERED: 'answered',
  DISMISSED: 'put aside',
}

export const wrongQuestionState = (state: QuestionState) => ({
  __typename: 'WrongQuestionState' as const,
  code: 'WRONG_QUESTION_STATE',
  message: `The question is ${QUESTION_WORD[state]}.`,
  state,
})

export const tooManyQuestions = (limit: number) => ({
  __typename: 'TooManyQuestions' as const,
  code: 'TOO_MANY_QUESTIONS',
  message: `You have ${limit} open questions in this session; wait for an answer.`,
  limit,
})

export const tooManyPins = (limit: number) => ({
  __typename: 'TooManyPins' as const,
  code: 'TOO_MANY_PINS',
  message: `The session holds up ${limit} pins; take one down first.`,
  limit,
})

export const votingLocked = (lockedAt: Date) => ({
  __typename: 'VotingLocked' as const,
  code: 'VOTING_LOCKED',
  message: 'A prediction is locked; votes are taken again once the host opens voting.',
  lockedAt,
})

export const consensusNotFormed = (state: 'HIDDEN' | 'INSUFFICIENT') => ({
  __typename: 'ConsensusNotFormed' as const,
  code: 'CONSENSUS_NOT_FORMED',
  message: state === 'HIDDEN' ? 'The consensus is hidden for the first 30 seconds.' : 'The consensus needs 3 independent voters.',
  state,
})

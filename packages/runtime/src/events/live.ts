import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { id, instant } from './fields.ts'

const sessionId = id<'LiveSession'>()
const ofSession = streamBy('session', 'sessionId')

export const SessionChanged = defineEvent('live.SessionChanged', {
  about: 'A session was scheduled, began or ended.',
  kept: 'FACT',
  ...ofSession,
  payload: z.object({ sessionId, status: z.enum(['SCHEDULED', 'LIVE', 'ENDED']) }),
  consumers: ['incentives'],
})

export const VotesCast = defineEvent('live.VotesCast', {
  about: 'Votes that were counted together, as cast, in the order in which they count.',
  kept: 'FACT',
  ...ofSession,
  payload: z.object({
    sessionId,
    instrumentId: id<'Instrument'>(),
    /** What the votes are about: the price being higher so many milliseconds after `castAt`. */
    voteHorizonMs: z.int(),
    castAt: instant(),
    /** `revision` counts a user's votes in the session from 1: the greatest is the one that counts. */
    votes: z.array(z.object({ userId: id<'User'>(), probabilityUp: z.number(), revision: z.int() })),
  }),
})

export const VotesReweighed = defineEvent('live.VotesReweighed', {
  about: "A check of a voter's identity, or a voter's record, has changed what votes weigh.",
  kept: 'FACT',
  ...ofSession,
  payload: z.object({ sessionId }),
})

export const VotingOpened = defineEvent('live.VotingOpened', {
  about: 'The host takes votes again.',
  kept: 'FACT',
  ...ofSession,
  payload: z.object({ sessionId }),
})

export const BanChanged = defineEvent('live.BanChanged', {
  about: 'A user is banned from a session, or a ban was taken back: the ban as it is now.',
  kept: 'FACT',
  ...streamBy('bans', 'sessionId'),
  payload: z.object({
    banId: id<'SessionBan'>(),
    sessionId,
    userId: id<'User'>(),
    from: instant(),
    /** Null while it lasts. */
    until: instant().nullable(),
    /** Null where none was given. */
    reason: z.enum(['SPAM', 'ABUSE', 'MANIPULATION', 'IMPERSONATION', 'OTHER']).nullable(),
    source: z.enum(['HOST']),
    bannedBy: id<'User'>(),
    /** Null while it lasts. */
    unbannedBy: id<'User'>().nullable(),
  }),
})

export const PredictionLocked = defineEvent('live.PredictionLocked', {
  about: 'A consensus is frozen, to be judged by the market at `horizonAt`.',
  kept: 'FACT',
  ...ofSession,
  payload: z.object({
    predictionId: id<'Prediction'>(),
    sessionId,
    instrumentId: id<'Instrument'>(),
    lockedAt: instant(),
    horizonAt: instant(),
  }),
  consumers: ['trading'],
})

export const BulletSent = defineEvent('live.BulletSent', {
  about: 'A bullet is visible.',
  kept: 'PASSING',
  ...streamBy('chat', 'sessionId'),
  payload: z.object({
    sessionId,
    bulletId: id<'Bullet'>(),
    userId: id<'User'>(),
    /** Whether it is delivered live under load too, after `dropped` that are not. */
    isSampled: z.boolean(),
    dropped: z.int(),
  }),
  audience: 'EVERYBODY',
})

export const BulletRemoved = defineEvent('live.BulletRemoved', {
  about: 'A bullet that was visible is not any more.',
  kept: 'PASSING',
  ...streamBy('chat', 'sessionId'),
  payload: z.object({ sessionId, bulletId: id<'Bullet'>() }),
  audience: 'EVERYBODY',
})

export const StageChanged = defineEvent('live.StageChanged', {
  about: 'Who is on the stage of a session, or on the way there, has changed.',
  kept: 'PASSING',
  ...streamBy('stage', 'sessionId'),
  payload: z.object({
    sessionId,
    /** Null where everybody left at once. */
    userId: id<'User'>().nullable(),
    seq: z.int(),
  }),
})

export const SeatsChanged = defineEvent('live.SeatsChanged', {
  about: 'Users have come on the stage of a session or on the way there, or are not any more.',
  kept: 'FACT',
  ...streamBy('seats', 'sessionId'),
  payload: z.object({
    sessionId,
    at: instant(),
    /** Each is in `state` from `at` on, and not in the one before. */
    seats: z.array(
      z.object({
        userId: id<'User'>(),
        state: z.enum(['REQUESTED', 'INVITED', 'ON_STAGE', 'LEFT']),
        reason: z.enum(['REQUESTED', 'INVITED', 'ACCEPTED', 'LEFT', 'REMOVED', 'BANNED', 'SESSION_ENDED']),
      }),
    ),
  }),
})

export const QuestionsChanged = defineEvent('live.QuestionsChanged', {
  about: 'The questions of a session or their order have changed.',
  kept: 'PASSING',
  ...streamBy('questions', 'sessionId'),
  payload: z.object({
    sessionId,
    /** Null where the session's end closed them all. */
    questionId: id<'Question'>().nullable(),
    seq: z.int(),
  }),
})

export const ViewersCounted = defineEvent('live.ViewersCounted', {
  about: 'How many signed-in users watch a session.',
  kept: 'PASSING',
  ...streamBy('audience', 'sessionId'),
  payload: z.object({ sessionId, viewerCount: z.int() }),
})

export const AttendanceEnded = defineEvent('live.AttendanceEnded', {
  about: 'Signed-in users have watched a session and do not any more.',
  kept: 'FACT',
  ...streamBy('attendance', 'sessionId'),
  payload: z.object({
    sessionId,
    /** A user watched from `from` until before `until`, the platform's time; times of one user never overlap. */
    attendances: z.array(
      z.object({
        userId: id<'User'>(),
        from: instant(),
        /** 30 seconds after the last sign of life, or the end of the session if that came first. */
        until: instant(),
        reason: z.enum(['LEFT', 'SESSION_ENDED']),
      }),
    ),
  }),
})

import type { Id } from '@planet/runtime/ids'
import type { Context } from '../context.ts'
import type {
  BulletResolvers,
  ContextPinResolvers,
  GuestSeatResolvers,
  QuestionBoardResolvers,
  QuestionResolvers,
  SessionAudienceResolvers,
  StageResolvers,
  TimelineMomentResolvers,
} from '../generated/resolvers.ts'
import type { LiveSessionRow } from '../sessions/db/live-session.ts'
import { offsetMs } from '../sessions/domain/moment.ts'
import { priceOf } from '../sessions/domain/question-price.ts'

/** What a room is made of cannot be without its session. */
async function sessionOf({ sessionId }: { readonly sessionId: Id<'LiveSession'> }, ctx: Context): Promise<LiveSessionRow> {
  const session = await ctx.loaders.currentSession.load(sessionId)
  if (!session) throw new Error(`no session ${sessionId}`)
  return session
}

const session = (part: { readonly sessionId: Id<'LiveSession'> }, _: unknown, ctx: Context) => sessionOf(part, ctx)
const readAt = (_: unknown, __: unknown, ctx: Context) => ctx.now()

export const Bullet: BulletResolvers = {
  session,
  author: (bullet) => ({ id: bullet.authorId }),
  text: (bullet) => (bullet.moderation === 'REMOVED' ? null : bullet.text),
}

export const GuestSeat: GuestSeatResolvers = { user: (seat) => ({ id: seat.userId }) }

export const Stage: StageResolvers = { session, at: readAt }

export const Question: QuestionResolvers = {
  session,
  author: (question) => ({ id: question.authorId }),
  upvoteLowerBound: (question) => question.score,
  price: priceOf,
  answerAtMs: async (question, _, ctx) =>
    question.answerAt && offsetMs((await sessionOf(question, ctx)).startedAt, question.answerAt),
}

export const QuestionBoard: QuestionBoardResolvers = { session, at: readAt }

export const ContextPin: ContextPinResolvers = {
  instrument: (pin) => pin.instrumentId && { id: pin.instrumentId },
  pinnedBy: (pin) => ({ id: pin.pinnedBy }),
}

export const TimelineMoment: TimelineMomentResolvers = {
  offsetMs: async (moment, _, ctx) => offsetMs((await sessionOf(moment, ctx)).startedAt, moment.at),
  user: (moment) => moment.userId && { id: moment.userId },
  question: (moment, _, ctx) => moment.questionId && ctx.loaders.question.load(moment.questionId),
  pin: (moment, _, ctx) => moment.pinId && ctx.loaders.pin.load(moment.pinId),
  prediction: (moment, _, ctx) => moment.predictionId && ctx.loaders.prediction.load(moment.predictionId),
}

export const SessionAudience: SessionAudienceResolvers = { session, at: readAt }

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { type AudienceState, findAudiences } from './audience/db/audience.ts'
import { type BulletRow, findBulletPages } from './chat/db/bullet.ts'
import type { BulletModeration } from './chat/domain/bullet.ts'
import { type ContextPinRow, findPins, findPinsOfSessions } from './pins/db/context-pin.ts'
import { findPredictions, type PredictionRow } from './predictions/db/prediction.ts'
import { findQuestionPages, findQuestions, type QuestionRow } from './questions/db/question.ts'
import type { QuestionState } from './questions/domain/question.ts'
import { findSessions, type LiveSessionRow } from './sessions/db/live-session.ts'
import { findMomentPages, type MomentRow } from './sessions/db/moment.ts'
import { findStages, type StageState } from './stage/db/stage.ts'

type SessionId = Id<'LiveSession'>

export type RoomLoaders = {
  /** As `session`, read anew for each event of a subscription. */
  readonly currentSession: DataLoader<SessionId, LiveSessionRow | null>
  readonly stage: DataLoader<SessionId, StageState | null>
  readonly audience: DataLoader<SessionId, AudienceState | null>
  readonly pinsOfSession: DataLoader<SessionId, ContextPinRow[]>
  readonly pin: DataLoader<Id<'ContextPin'>, ContextPinRow | null>
  readonly prediction: DataLoader<Id<'Prediction'>, PredictionRow | null>
  readonly question: DataLoader<Id<'Question'>, QuestionRow | null>
  readonly bulletsOfSession: Readonly<Record<BulletModeration, PageLoader<SessionId, BulletRow>>>
  readonly questionsOfSession: Readonly<Record<QuestionState | 'ALL', PageLoader<SessionId, QuestionRow>>>
  readonly momentsOfSession: PageLoader<SessionId, MomentRow>
}

const FRESH = { cache: false }

const bullets = (db: Db, moderation: BulletModeration) =>
  createPageLoader<SessionId, BulletRow>((ids, page) => findBulletPages(db, ids, moderation, page))
const questions = (db: Db, state: QuestionState | null) =>
  createPageLoader<SessionId, QuestionRow>((ids, page) => findQuestionPages(db, ids, state, page))

/** They batch and keep nothing, because what happens in a room changes while a subscription, which is one request, runs. */
export const roomLoaders: Makers<RoomLoaders, { readonly db: Db }> = {
  currentSession: ({ db }) => new DataLoader((ids) => findSessions(db, ids), FRESH),
  stage: ({ db }) => new DataLoader((ids) => findStages(db, ids), FRESH),
  audience: ({ db }) => new DataLoader((ids) => findAudiences(db, ids), FRESH),
  pinsOfSession: ({ db }) => new DataLoader((ids) => findPinsOfSessions(db, ids), FRESH),
  pin: ({ db }) => new DataLoader((ids) => findPins(db, ids), FRESH),
  prediction: ({ db }) => new DataLoader((ids) => findPredictions(db, ids), FRESH),
  question: ({ db }) => new DataLoader((ids) => findQuestions(db, ids), FRESH),
  bulletsOfSession: ({ db }) => ({ VISIBLE: bullets(db, 'VISIBLE'), HELD: bullets(db, 'HELD'), REMOVED: bullets(db, 'REMOVED') }),
  questionsOfSession: ({ db }) => ({
    ALL: questions(db, null),
    OPEN: questions(db, 'OPEN'),
    ANSWERING: questions(db, 'ANSWERING'),
    ANSWERED: questions(db, 'ANSWERED'),
    DISMISSED: questions(db, 'DISMISSED'),
  }),
  momentsOfSession: ({ db }) => createPageLoader((ids, page) => findMomentPages(db, ids, page)),
}

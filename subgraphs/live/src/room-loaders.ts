import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { type AudienceState, findAudiences } from './db/audience.ts'
import { type BulletRow, findBulletPages } from './db/bullet.ts'
import { type ContextPinRow, findPins, findPinsOfSessions } from './db/context-pin.ts'
import { findSessions, type LiveSessionRow } from './db/live-session.ts'
import { findMomentPages, type MomentRow } from './db/moment.ts'
import { findPredictions, type PredictionRow } from './db/prediction.ts'
import { findQuestionPages, findQuestions, type QuestionRow } from './db/question.ts'
import { findStages, type StageState } from './db/stage.ts'
import type { BulletModeration } from './domain/bullet.ts'
import type { QuestionState } from './domain/question.ts'

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

/** They batch and keep nothing, because what happens in a room changes while a subscription, which is one request, runs. */
export function createRoomLoaders(db: Db): RoomLoaders {
  const fresh = { cache: false }
  const bullets = (moderation: BulletModeration) =>
    createPageLoader<SessionId, BulletRow>((ids, page) => findBulletPages(db, ids, moderation, page))
  const questions = (state: QuestionState | null) =>
    createPageLoader<SessionId, QuestionRow>((ids, page) => findQuestionPages(db, ids, state, page))
  return {
    currentSession: new DataLoader((ids) => findSessions(db, ids), fresh),
    stage: new DataLoader((ids) => findStages(db, ids), fresh),
    audience: new DataLoader((ids) => findAudiences(db, ids), fresh),
    pinsOfSession: new DataLoader((ids) => findPinsOfSessions(db, ids), fresh),
    pin: new DataLoader((ids) => findPins(db, ids), fresh),
    prediction: new DataLoader((ids) => findPredictions(db, ids), fresh),
    question: new DataLoader((ids) => findQuestions(db, ids), fresh),
    bulletsOfSession: { VISIBLE: bullets('VISIBLE'), HELD: bullets('HELD'), REMOVED: bullets('REMOVED') },
    questionsOfSession: {
      ALL: questions(null),
      OPEN: questions('OPEN'),
      ANSWERING: questions('ANSWERING'),
      ANSWERED: questions('ANSWERED'),
      DISMISSED: questions('DISMISSED'),
    },
    momentsOfSession: createPageLoader((ids, page) => findMomentPages(db, ids, page)),
  }
}

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { findQuestionPages, findQuestions, type QuestionRow } from './db/question.ts'
import type { QuestionState } from './domain/question.ts'

type SessionId = Id<'LiveSession'>

export type QuestionLoaders = {
  readonly question: DataLoader<Id<'Question'>, QuestionRow | null>
  readonly questionsOfSession: Readonly<Record<QuestionState | 'ALL', PageLoader<SessionId, QuestionRow>>>
}

const questions = (db: Db, state: QuestionState | null) =>
  createPageLoader<SessionId, QuestionRow>((ids, page) => findQuestionPages(db, ids, state, page))

export const questionLoaders: Makers<QuestionLoaders, { readonly db: Db }> = {
  question: ({ db }) => new DataLoader((ids) => findQuestions(db, ids), { cache: false }),
  questionsOfSession: ({ db }) => ({
    ALL: questions(db, null),
    OPEN: questions(db, 'OPEN'),
    ANSWERING: questions(db, 'ANSWERING'),
    ANSWERED: questions(db, 'ANSWERED'),
    DISMISSED: questions(db, 'DISMISSED'),
  }),
}

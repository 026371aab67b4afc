import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { index, integer, primaryKey, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { QuestionState } from '../domain/question.ts'

/** A session's questions as a whole; the row is locked by whoever changes one. */
export const questionBoards = schema.table('question_board', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Counts changes. */
  seq: integer('seq').notNull().default(0),
})

export const questions = schema.table(
  'question',
  {
    id: idColumn<'Question'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    authorId: idColumn<'User'>('author_id').notNull(),
    text: text('text').notNull(),
    state: text('state').$type<QuestionState>().notNull(),
    askedAt: instantColumn('asked_at').notNull(),
    upvoteCount: integer('upvote_count').notNull().default(0),
    /** When its answer began; null if it never did. */
    answerAt: instantColumn('answer_at'),
    /** What its author agreed to pay for an answer, and in what; both null where it is free. */
    priceAmount: decimalColumn('price_amount'),
    priceCurrency: text('price_currency'),
  },
  (table) => [index().on(table.sessionId, table.state, table.askedAt), index().on(table.sessionId, table.authorId)],
)

export const questionUpvotes = schema.table(
  'question_upvote',
  {
    questionId: idColumn<'Question'>('question_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    at: instantColumn('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.questionId, table.userId] })],
)

/** Who has voted for any question of a session, and when last: they have seen the questions there were. */
export const questionVoters = schema.table(
  'question_voter',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    lastVotedAt: instantColumn('last_voted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

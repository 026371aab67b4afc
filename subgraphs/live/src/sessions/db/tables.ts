import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { bigint, doublePrecision, index, integer, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { BulletModeration } from '../../chat/domain/bullet.ts'
import { schema } from '../../db/tables.ts'
import type { PinKind } from '../../pins/domain/pin.ts'
import type { QuestionState } from '../../questions/domain/question.ts'
import type { SeatState } from '../../stage/domain/seat.ts'
import type { MomentKind } from '../domain/moment.ts'

/** Users who may not take part in a session. */
export const sessionBans = schema.table(
  'session_ban',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    bannedAt: instantColumn('banned_at').notNull(),
    bannedBy: idColumn<'User'>('banned_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

/** A session's chat as a whole; the row is locked by whoever adds to it. */
export const chats = schema.table('chat', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Bullets sent, of any moderation. */
  bulletCount: integer('bullet_count').notNull().default(0),
  /** Bullets that may still be in the sample that is delivered live, and when that was known. */
  tokens: doublePrecision('tokens').notNull(),
  refilledAt: instantColumn('refilled_at').notNull(),
  /** Bullets left out of the sample since the last one in it. */
  dropped: integer('dropped').notNull().default(0),
})

/** What a user may still send in a session, and when that was known. */
export const bulletBuckets = schema.table(
  'bullet_bucket',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    tokens: doublePrecision('tokens').notNull(),
    refilledAt: instantColumn('refilled_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

export const bullets = schema.table(
  'bullet',
  {
    id: idColumn<'Bullet'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    /** Dense from 1 within the session, in the order of sending. */
    number: integer('number').notNull(),
    authorId: idColumn<'User'>('author_id').notNull(),
    text: text('text').notNull(),
    sentAt: instantColumn('sent_at').notNull(),
    moderation: text('moderation').$type<BulletModeration>().notNull(),
    /** Who released or removed it last, and when; null if nobody has. */
    moderatedBy: idColumn<'User'>('moderated_by'),
    moderatedAt: instantColumn('moderated_at'),
  },
  (table) => [uniqueIndex().on(table.sessionId, table.number), index().on(table.sessionId, table.moderation, table.number)],
)

/** A session's stage as a whole; the row is locked by whoever changes a seat, so that the maximum holds. */
export const stages = schema.table('stage', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Counts changes. */
  seq: integer('seq').notNull().default(0),
})

/** A user's latest way to or from the stage of a session. */
export const seats = schema.table(
  'seat',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    state: text('state').$type<SeatState>().notNull(),
    requestedAt: instantColumn('requested_at'),
    invitedAt: instantColumn('invited_at'),
    onStageAt: instantColumn('on_stage_at'),
    leftAt: instantColumn('left_at'),
    /** The stage's `seq` of its last change. */
    changedSeq: integer('changed_seq').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] }), index().on(table.sessionId, table.state)],
)

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

/** A piece of market context that a host holds up. Only `unpinnedAt` ever changes. */
export const contextPins = schema.table(
  'context_pin',
  {
    id: idColumn<'ContextPin'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    kind: text('kind').$type<PinKind>().notNull(),
    title: text('title').notNull(),
    source: text('source').notNull(),
    sourceUrl: text('source_url'),
    value: decimalColumn('value'),
    unit: text('unit'),
    instrumentId: idColumn<'Instrument'>('instrument_id'),
    asOf: instantColumn('as_of'),
    pinnedAt: instantColumn('pinned_at').notNull(),
    pinnedBy: idColumn<'User'>('pinned_by').notNull(),
    unpinnedAt: instantColumn('unpinned_at'),
  },
  (table) => [index().on(table.sessionId, table.pinnedAt)],
)

/** Who watches a session, by the machine's time of their last sign of life. */
export const presences = schema.table(
  'presence',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    lastSeenAt: instantColumn('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

/** How many watch a session, as last counted. */
export const audiences = schema.table('audience', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Counts changes. */
  seq: integer('seq').notNull().default(0),
  viewerCount: integer('viewer_count').notNull().default(0),
  peakViewerCount: integer('peak_viewer_count').notNull().default(0),
})

/** What happened in a session that a recording should show. Nothing here ever changes. */
export const moments = schema.table(
  'moment',
  {
    /** The order of happening, where the instant is the same. */
    position: bigint('position', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    kind: text('kind').$type<MomentKind>().notNull(),
    at: instantColumn('at').notNull(),
    /** Who came, left or asked; null where nobody did. */
    userId: idColumn<'User'>('user_id'),
    questionId: idColumn<'Question'>('question_id'),
    pinId: idColumn<'ContextPin'>('pin_id'),
    predictionId: idColumn<'Prediction'>('prediction_id'),
  },
  (table) => [index().on(table.sessionId, table.position)],
)

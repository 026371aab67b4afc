import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { bigint, doublePrecision, index, integer, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { BanReason } from '../domain/ban.ts'
import type { MomentKind } from '../domain/moment.ts'
import type { LiveStatus } from '../domain/session.ts'

/** `voterCount`, `consensusSeq` and `votingLockedAt` are kept by voting and predictions, in the statements that change votes. */
export const liveSessions = schema.table(
  'live_session',
  {
    id: idColumn<'LiveSession'>('id').primaryKey(),
    hostId: idColumn<'User'>('host_id').notNull(),
    title: text('title').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    status: text('status').$type<LiveStatus>().notNull(),
    scheduledFor: instantColumn('scheduled_for').notNull(),
    voteHorizonMs: bigint('vote_horizon_ms', { mode: 'number' }).notNull(),
    /** Guests on stage at the same time, beside the host. */
    maxSeats: integer('max_seats').notNull().default(8),
    startedAt: instantColumn('started_at'),
    endedAt: instantColumn('ended_at'),
    voterCount: integer('voter_count').notNull().default(0),
    /** Counts votes cast and changes of what the votes weigh, while the session is live. */
    consensusSeq: integer('consensus_seq').notNull().default(0),
    /** Of the pooled log-odds; fixed when the session starts. Null before, unless the host has chosen it. */
    extremisingExponent: doublePrecision('extremising_exponent'),
    /** Since when votes are refused, because a prediction is locked; null while they are taken. */
    votingLockedAt: instantColumn('voting_locked_at'),
    /** What the answer to one question costs, and in what; both null where questions are free. */
    priceAmount: decimalColumn('price_amount'),
    priceCurrency: text('price_currency'),
  },
  (table) => [
    index().on(table.scheduledFor, table.id),
    index().on(table.status, table.scheduledFor, table.id),
    index().on(table.hostId, table.scheduledFor, table.id),
  ],
)

/** Posts that a session was announced for; all of them public and its host's. */
export const liveSessionPosts = schema.table(
  'live_session_post',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    postId: idColumn<'Post'>('post_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.postId] }), index().on(table.postId)],
)

/** Times for which users may not take part in a session, for ever; one that is over has an end. */
export const sessionBans = schema.table(
  'session_ban',
  {
    id: idColumn<'SessionBan'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    from: instantColumn('from_at').notNull(),
    /** Null while it lasts. */
    until: instantColumn('until_at'),
    /** Null where the host gave none. */
    reason: text('reason').$type<BanReason>(),
    /** By whose right: so far hosts alone ban. */
    source: text('source').$type<'HOST'>().notNull(),
    bannedBy: idColumn<'User'>('banned_by').notNull(),
    /** Null while it lasts. */
    unbannedBy: idColumn<'User'>('unbanned_by'),
  },
  (table) => [
    uniqueIndex().on(table.sessionId, table.userId).where(sql`until_at is null`),
    index().on(table.sessionId, table.userId, table.until),
  ],
)

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

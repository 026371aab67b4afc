import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { bigint, doublePrecision, index, integer, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
import type { LiveStatus } from '../sessions/domain/session.ts'

export const schema = pgSchema('live')

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

/** Who may host: a copy from creators. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

/** What is listed: a copy from trading. */
export const instruments = schema.table('instrument', { id: idColumn<'Instrument'>('id').primaryKey() })

/** Who wrote a post and who may see it: a copy from posts. */
export const posts = schema.table('post', {
  id: idColumn<'Post'>('id').primaryKey(),
  authorId: idColumn<'User'>('author_id').notNull(),
  audience: text('audience').$type<'PUBLIC' | 'CIRCLE'>().notNull(),
})

export const idempotencyKeys = idempotencyKeyTable(schema)

export const consumerPositions = consumerPositionTable(schema)

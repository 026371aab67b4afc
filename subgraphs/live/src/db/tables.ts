import { idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { bigint, boolean, doublePrecision, index, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { LiveStatus } from '../domain/session.ts'

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
    startedAt: instantColumn('started_at'),
    endedAt: instantColumn('ended_at'),
    voterCount: integer('voter_count').notNull().default(0),
    /** Counts votes cast and changes of what the votes weigh, while the session is live. */
    consensusSeq: integer('consensus_seq').notNull().default(0),
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

/** A user's latest vote in a session. */
export const votes = schema.table(
  'vote',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    probabilityUp: doublePrecision('probability_up').notNull(),
    castAt: instantColumn('cast_at').notNull(),
    /** Counts this user's votes in this session from 1. */
    revision: integer('revision').notNull(),
    /** What was known of the voter when the session ended; null before. It keeps the consensus as it was. */
    finalIsVerified: boolean('final_is_verified'),
    finalIdentityClusterId: uuid('final_identity_cluster_id'),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] }), index().on(table.userId)],
)

/** What makes a user's vote count: a copy from creators. Whoever is missing is unverified and a cluster of their own. */
export const voters = schema.table('voter', {
  userId: idColumn<'User'>('user_id').primaryKey(),
  isVerified: boolean('is_verified').notNull(),
  identityClusterId: uuid('identity_cluster_id').notNull(),
})

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

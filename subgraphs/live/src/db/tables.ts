import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { BulletModeration } from '../domain/bullet.ts'
import type { Consensus } from '../domain/consensus.ts'
import type { MomentKind } from '../domain/moment.ts'
import type { PinKind } from '../domain/pin.ts'
import type { PredictionState } from '../domain/prediction.ts'
import type { QuestionState } from '../domain/question.ts'
import type { SeatState } from '../domain/seat.ts'
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
    /** The session's `consensusSeq` at which the vote, or what it weighs, last changed. */
    changeSeq: integer('change_seq').notNull().default(0),
    /** Weight and cluster of the vote when the session ended; null before. They keep the consensus as it was. */
    finalWeight: doublePrecision('final_weight'),
    finalIdentityClusterId: uuid('final_identity_cluster_id'),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.userId] }),
    index().on(table.userId),
    index().on(table.sessionId, table.changeSeq),
  ],
)

/**
 * What makes a user's vote count: a copy from creators, and the user's record of settled votes. Whoever is missing is
 * unverified, a cluster of their own, and has no record.
 */
export const voters = schema.table(
  'voter',
  {
    userId: idColumn<'User'>('user_id').primaryKey(),
    isVerified: boolean('is_verified').notNull(),
    /** What creators knows of the person. */
    identityClusterId: uuid('identity_cluster_id').notNull(),
    /** The cluster joined with those that vote as one with it; null where that adds nobody. */
    votingClusterId: uuid('voting_cluster_id'),
    /** Votes that were judged, the sum of their Brier scores, and how many of them came out up. */
    settledCount: integer('settled_count').notNull().default(0),
    brierSum: doublePrecision('brier_sum').notNull().default(0),
    upCount: integer('up_count').notNull().default(0),
  },
  (table) => [index().on(table.identityClusterId)],
)

/** Accounts whose votes are correlated so strongly that they count as one person; `userId` is the smaller id. */
export const votingPairs = schema.table(
  'voting_pair',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    otherId: idColumn<'User'>('other_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.otherId] })],
)

/** What a session's consensus was, at most once in 10 seconds of the platform's time. */
export const consensusSnapshots = schema.table(
  'consensus_snapshot',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    /** Tens of seconds since 1970: two replicas cannot both write one. */
    bucket: bigint('bucket', { mode: 'number' }).notNull(),
    seq: integer('seq').notNull(),
    at: instantColumn('at').notNull(),
    /** Also in `consensus`. */
    probabilityUp: doublePrecision('probability_up'),
    consensus: jsonb('consensus').$type<Consensus>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.bucket] })],
)

/** A consensus that was locked to be judged by the market. */
export const predictions = schema.table(
  'prediction',
  {
    id: idColumn<'Prediction'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    hostId: idColumn<'User'>('host_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    lockedAt: instantColumn('locked_at').notNull(),
    horizonAt: instantColumn('horizon_at').notNull(),
    consensusSeq: integer('consensus_seq').notNull(),
    consensus: jsonb('consensus').$type<Consensus & { readonly state: 'FORMED' }>().notNull(),
    /** The host's own; null if none was given. */
    hostProbabilityUp: doublePrecision('host_probability_up'),
    state: text('state').$type<PredictionState>().notNull(),
    /** Null until it is settled, for ever if it is void. */
    priceAtLock: decimalColumn('price_at_lock'),
    priceAtHorizon: decimalColumn('price_at_horizon'),
    isUp: boolean('is_up'),
    settledAt: instantColumn('settled_at'),
    /** Brier scores of what was published, and of the pool without and with the usual extremising. */
    crowdBrier: doublePrecision('crowd_brier'),
    pooledBrier: doublePrecision('pooled_brier'),
    extremisedBrier: doublePrecision('extremised_brier'),
    hostBrier: doublePrecision('host_brier'),
    /** Whether its votes have been searched for accounts that vote as one. */
    isSearched: boolean('is_searched').notNull().default(false),
  },
  (table) => [
    index().on(table.sessionId, table.lockedAt, table.id),
    index().on(table.hostId),
    index().on(table.id).where(sql`state = 'SETTLED' and not is_searched`),
  ],
)

/** A vote as it stood when its prediction was locked. */
export const predictionVotes = schema.table(
  'prediction_vote',
  {
    predictionId: idColumn<'Prediction'>('prediction_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    probabilityUp: doublePrecision('probability_up').notNull(),
    /** Whether it counts for the voter's record: it was new, and none of theirs was open on the same market. */
    isScored: boolean('is_scored').notNull(),
  },
  (table) => [primaryKey({ columns: [table.predictionId, table.userId] }), index().on(table.userId)],
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

export const idempotencyKeys = idempotencyKeyTable(schema)

export const consumerPositions = consumerPositionTable(schema)

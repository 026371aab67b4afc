import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { bigint, boolean, doublePrecision, index, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { PredictionState } from '../../predictions/domain/prediction.ts'
import type { Consensus } from '../domain/consensus.ts'

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

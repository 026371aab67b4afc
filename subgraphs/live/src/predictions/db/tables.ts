import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { boolean, doublePrecision, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { Consensus } from '../../voting/domain/consensus.ts'
import type { PredictionState } from '../domain/prediction.ts'

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

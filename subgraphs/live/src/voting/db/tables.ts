import { idColumn, instantColumn } from '@planet/runtime/columns'
import { bigint, doublePrecision, index, integer, jsonb, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
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

/** Every vote as it was cast, for ever: a change of a vote is a row more. */
export const castVotes = schema.table(
  'cast_vote',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    revision: integer('revision').notNull(),
    probabilityUp: doublePrecision('probability_up').notNull(),
    castAt: instantColumn('cast_at').notNull(),
    /** The session's `consensusSeq` with this vote: the order in which the votes of a session count. */
    seq: integer('seq').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId, table.revision] })],
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

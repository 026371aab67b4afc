import { idColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { boolean, doublePrecision, index, integer, text, uuid } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/**
 * What makes a user's vote count: a copy from creators, and beside it the cluster that voting and the record that predictions
 * keep. Whoever is missing is unverified, a cluster of their own, and has no record.
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

export const consumerPositions = consumerPositionTable(schema)

import { idColumn, instantColumn } from '@planet/runtime/columns'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'

export const schema = pgSchema('creators')

export const users = schema.table('user', {
  id: idColumn<'User'>('id').primaryKey(),
  handle: text('handle').notNull().unique(),
  displayName: text('display_name').notNull(),
  isVerified: boolean('is_verified').notNull().default(false),
  /** Accounts of one person share it; a user without a check is a cluster of its own. */
  identityClusterId: uuid('identity_cluster_id').notNull(),
  registeredAt: instantColumn('registered_at').notNull(),
})

/** A creator is a user who publishes: same id. */
export const creators = schema.table(
  'creator',
  {
    id: idColumn<'User'>('id').primaryKey(),
    headline: text('headline').notNull(),
    followerCount: integer('follower_count').notNull().default(0),
    /** Counts changes of the followers, for the order of FollowChanged events. */
    followRevision: integer('follow_revision').notNull().default(0),
    openedAt: instantColumn('opened_at').notNull(),
  },
  (table) => [index().on(table.openedAt, table.id)],
)

export const follows = schema.table(
  'follow',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    creatorId: idColumn<'User'>('creator_id').notNull(),
    followedAt: instantColumn('followed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.creatorId] }), index().on(table.userId, table.followedAt)],
)

/** Either all tokens of a user, or one. Kept for good: how long it matters is for those who ask. */
export const tokenRevocations = schema.table(
  'token_revocation',
  {
    id: idColumn<'TokenRevocation'>('id').primaryKey(),
    userId: idColumn<'User'>('user_id'),
    /** The claim `jti`. */
    tokenId: text('token_id'),
    /** Not in platform time: tokens are issued in the machine's. */
    revokedAt: instantColumn('revoked_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    index().on(table.revokedAt, table.id),
    check('token_revocation_of_one', sql`num_nonnulls(${table.userId}, ${table.tokenId}) = 1`),
  ],
)

export const idempotencyKeys = idempotencyKeyTable(schema)

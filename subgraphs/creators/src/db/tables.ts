import { idColumn, instantColumn } from '@planet/runtime/columns'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { intervalColumns } from '@planet/runtime/interval'
import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgSchema, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { FollowBegan, FollowEnded } from '../domain/follow.ts'
import type { IdentityCause } from '../domain/identity.ts'
import type { ProfileOpened } from '../domain/role.ts'
import type { AcquisitionSource } from '../generated/enums.ts'

export const schema = pgSchema('creators')

export const users = schema.table(
  'user',
  {
    id: idColumn<'User'>('id').primaryKey(),
    handle: text('handle').notNull().unique(),
    displayName: text('display_name').notNull(),
    /** With `identityClusterId` what the row of `identity` that lasts says. */
    isVerified: boolean('is_verified').notNull().default(false),
    /** Accounts of one person share it; a user without a check is a cluster of its own. */
    identityClusterId: uuid('identity_cluster_id').notNull(),
    acquisitionSource: text('acquisition_source').$type<AcquisitionSource>().notNull().default('ORGANIC'),
    /** The creator or the user who brought this one; null where nobody did. */
    acquiredById: idColumn<'User'>('acquired_by_id'),
    registeredAt: instantColumn('registered_at').notNull(),
  },
  (table) => [
    check(
      'user_acquired_by_whom',
      sql`(${table.acquiredById} is not null) = (${table.acquisitionSource} in ('CREATOR', 'REFERRAL'))`,
    ),
  ],
)

/** Whose account a user's was held to be, and for how long; of each user one row lasts. Rows are never deleted. */
export const identities = schema.table(
  'identity',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    /** Counts what was held of the user, from 1. */
    revision: integer('revision').notNull(),
    isVerified: boolean('is_verified').notNull(),
    identityClusterId: uuid('identity_cluster_id').notNull(),
    ...intervalColumns(),
    reason: text('reason').$type<IdentityCause['reason']>().notNull(),
    source: text('source').$type<IdentityCause['source']>().notNull(),
    /** The admin who recorded the check; null where there was none. */
    checkedById: idColumn<'User'>('checked_by_id'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.revision] }),
    index('identity_then_of_cluster').on(table.identityClusterId, table.from, table.userId),
    uniqueIndex('identity_now').on(table.userId).where(sql`until is null`),
  ],
)

/** What a user may be beyond a user, and for how long. Roles of access tokens are their issuer's and are not kept here. */
export const roles = schema.table(
  'role',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    role: text('role').$type<ProfileOpened['role']>().notNull(),
    ...intervalColumns(),
    reason: text('reason').$type<ProfileOpened['reason']>().notNull(),
    source: text('source').$type<ProfileOpened['source']>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.role, table.from] })],
)

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

/** Who followed whom, and for how long; of one user and one creator at most one row lasts. Rows are never deleted. */
export const follows = schema.table(
  'follow',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    creatorId: idColumn<'User'>('creator_id').notNull(),
    /** The creator's `followRevision` at which it began. */
    revision: integer('revision').notNull(),
    ...intervalColumns(),
    reason: text('reason').$type<FollowBegan['reason']>().notNull(),
    source: text('source').$type<FollowBegan['source']>().notNull(),
    /** Why it ended, and who ended it; null while it lasts. */
    endReason: text('end_reason').$type<FollowEnded['reason']>(),
    endSource: text('end_source').$type<FollowEnded['source']>(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.creatorId, table.revision] }),
    index('follow_then_of_creator').on(table.creatorId, table.from, table.userId),
    index('follow_then_of_user').on(table.userId, table.from, table.creatorId),
    uniqueIndex('follow_now').on(table.userId, table.creatorId).where(sql`until is null`),
    index('follow_now_of_user').on(table.userId, table.from, table.creatorId).where(sql`until is null`),
    check('follow_ends_for_a_reason', sql`num_nulls(${table.until}, ${table.endReason}, ${table.endSource}) in (0, 3)`),
  ],
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

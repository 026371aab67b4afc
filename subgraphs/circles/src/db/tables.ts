import { idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { intervalColumns } from '@planet/runtime/interval'
import { sql } from 'drizzle-orm'
import { index, integer, pgSchema, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { Cause } from '../domain/membership.ts'
import type { AdmissionPolicy, MembershipState } from '../generated/enums.ts'

export const schema = pgSchema('circles')

export const circles = schema.table(
  'circle',
  {
    id: idColumn<'Circle'>('id').primaryKey(),
    name: text('name').notNull(),
    purpose: text('purpose').notNull(),
    admissionPolicy: text('admission_policy').$type<AdmissionPolicy>().notNull(),
    hostId: idColumn<'User'>('host_id').notNull(),
    /** Rows of `member` in state MEMBER that last. */
    memberCount: integer('member_count').notNull(),
    /** Counts changes of memberships from 1, for the order of MembershipChanged events. */
    revision: integer('revision').notNull(),
    openedAt: instantColumn('opened_at').notNull(),
  },
  (table) => [index().on(table.openedAt, table.id), index().on(table.hostId, table.openedAt, table.id)],
)

/** Where whoever ever asked to join a circle stood with it, and for how long; of each one row lasts. Rows are never deleted. */
export const members = schema.table(
  'member',
  {
    circleId: idColumn<'Circle'>('circle_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    state: text('state').$type<MembershipState>().notNull(),
    /** The circle's revision at which it came to this state. */
    revision: integer('revision').notNull(),
    ...intervalColumns(),
    /** Why it came to this state. */
    reason: text('reason').$type<Cause['reason']>().notNull(),
    /** Who brought that about. */
    source: text('source').$type<Cause['source']>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.circleId, table.userId, table.revision] }),
    index('member_then_of_circle').on(table.circleId, table.state, table.from, table.userId),
    index('member_then_of_user').on(table.userId, table.state, table.from, table.circleId),
    uniqueIndex('member_now').on(table.circleId, table.userId).where(sql`until is null`),
    index('member_now_of_circle').on(table.circleId, table.state, table.from, table.userId).where(sql`until is null`),
    index('member_now_of_user').on(table.userId, table.state, table.from, table.circleId).where(sql`until is null`),
  ],
)

/** A copy of who has a creator profile, from creators.CreatorProfileOpened. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

export const idempotencyKeys = idempotencyKeyTable(schema)

export const consumerPositions = consumerPositionTable(schema)

import { idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { index, integer, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
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
    /** Rows of `member` in state MEMBER. */
    memberCount: integer('member_count').notNull(),
    /** Counts changes of memberships from 1, for the order of MembershipChanged events. */
    revision: integer('revision').notNull(),
    openedAt: instantColumn('opened_at').notNull(),
  },
  (table) => [index().on(table.openedAt, table.id), index().on(table.hostId, table.openedAt, table.id)],
)

/** Whoever ever asked to join a circle; rows are never deleted. */
export const members = schema.table(
  'member',
  {
    circleId: idColumn<'Circle'>('circle_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    state: text('state').$type<MembershipState>().notNull(),
    /** When it came to this state. */
    since: instantColumn('since').notNull(),
    /** The circle's revision at which it came to this state. */
    revision: integer('revision').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.circleId, table.userId] }),
    index().on(table.circleId, table.state, table.since, table.userId),
    index().on(table.userId, table.state, table.since, table.circleId),
  ],
)

/** A copy of who has a creator profile, from creators.CreatorProfileOpened. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

export const idempotencyKeys = idempotencyKeyTable(schema)

export const consumerPositions = consumerPositionTable(schema)

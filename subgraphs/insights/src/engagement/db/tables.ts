import { idColumn } from '@planet/runtime/columns'
import { boolean, date, integer, primaryKey } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

const counter = (name: string) => integer(name).notNull().default(0)

/** What a creator's public posts set in motion on one UTC calendar day. */
export const creatorDays = schema.table(
  'creator_day',
  {
    creatorId: idColumn<'User'>('creator_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    postCount: counter('post_count'),
    signalCount: counter('signal_count'),
    viewCount: counter('view_count'),
    clickCount: counter('click_count'),
    ticketCount: counter('ticket_count'),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.day] })],
)

const flag = (name: string) => boolean(name).notNull().default(false)

/** Who met a creator's public posts on one UTC calendar day; the creator is not among them. */
export const creatorReaderDays = schema.table(
  'creator_reader_day',
  {
    creatorId: idColumn<'User'>('creator_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    hasViewed: flag('has_viewed'),
    hasClicked: flag('has_clicked'),
    hasTicket: flag('has_ticket'),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.day, table.userId] })],
)

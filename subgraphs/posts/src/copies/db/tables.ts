import { decimalColumn, idColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { primaryKey, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/** Who may publish: a copy from creators. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

/** What is listed, in the order of listing: a copy from trading. */
export const instruments = schema.table('instrument', {
  id: idColumn<'Instrument'>('id').primaryKey(),
  symbol: text('symbol').notNull(),
  baseAsset: text('base_asset').notNull(),
  tickSize: decimalColumn('tick_size').notNull(),
})

/** Members of circles: a copy from circles. */
export const circleMembers = schema.table(
  'circle_member',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    circleId: idColumn<'Circle'>('circle_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.circleId] })],
)

export const consumerPositions = consumerPositionTable(schema)

import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { index, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { PinKind } from '../domain/pin.ts'

/** A piece of market context that a host holds up. Only `unpinnedAt` ever changes. */
export const contextPins = schema.table(
  'context_pin',
  {
    id: idColumn<'ContextPin'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    kind: text('kind').$type<PinKind>().notNull(),
    title: text('title').notNull(),
    source: text('source').notNull(),
    sourceUrl: text('source_url'),
    value: decimalColumn('value'),
    unit: text('unit'),
    instrumentId: idColumn<'Instrument'>('instrument_id'),
    asOf: instantColumn('as_of'),
    pinnedAt: instantColumn('pinned_at').notNull(),
    pinnedBy: idColumn<'User'>('pinned_by').notNull(),
    unpinnedAt: instantColumn('unpinned_at'),
  },
  (table) => [index().on(table.sessionId, table.pinnedAt)],
)

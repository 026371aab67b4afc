import { idColumn, instantColumn } from '@planet/runtime/columns'
import { boolean, doublePrecision, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core'
import { signals } from '../../copies/db/tables.ts'
import { schema } from '../../db/tables.ts'
import type { Interval } from '../../market/domain/candle.ts'
import type { SignalState } from '../domain/outcome.ts'
import type { Reason } from '../domain/position.ts'
import type { StoredFill } from './stored-fill.ts'

/** One for each version of the rules: what an older one says stands beside, as it was left. */
export const signalOutcomes = schema.table(
  'signal_outcome',
  {
    signalId: idColumn<'Signal'>('signal_id')
      .notNull()
      .references(() => signals.id),
    state: text('state').$type<SignalState>().notNull(),
    reason: text('reason').$type<Reason>(),
    rGross: doublePrecision('r_gross'),
    rNet: doublePrecision('r_net'),
    feeR: doublePrecision('fee_r'),
    fundingR: doublePrecision('funding_r'),
    maxAdverseR: doublePrecision('max_adverse_r'),
    maxFavourableR: doublePrecision('max_favourable_r'),
    ambiguous: boolean('ambiguous').notNull(),
    hasDataGap: boolean('has_data_gap').notNull(),
    resolution: text('resolution').$type<Interval>(),
    fills: jsonb('fills').$type<readonly StoredFill[]>().notNull(),
    evaluatedThrough: instantColumn('evaluated_through'),
    settledAt: instantColumn('settled_at'),
    methodVersion: text('method_version').notNull(),
    /** Counts changes from 1. */
    revision: integer('revision').notNull(),
    /** The next instant at which the outcome may change; null once it is final. */
    dueAt: instantColumn('due_at'),
  },
  (table) => [primaryKey({ columns: [table.signalId, table.methodVersion] }), index().on(table.methodVersion, table.dueAt)],
)

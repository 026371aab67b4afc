import { and, gt, isNull, lte, or, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { instantColumn } from './columns.ts'

/** For how long something was true. An interval that has ended stays, so that what was true then can be asked for. */
export const intervalColumns = () => ({
  /** The first instant at which it was true. */
  from: instantColumn('from').notNull(),
  /** The first instant at which it was not true any more; null while it lasts. */
  until: instantColumn('until'),
})

/** Whether an interval holds at an instant. One that ended in the millisecond in which it began never does. */
export const holdsAt = (interval: { readonly from: PgColumn; readonly until: PgColumn }, at: Date): SQL | undefined =>
  and(lte(interval.from, at), or(isNull(interval.until), gt(interval.until, at)))

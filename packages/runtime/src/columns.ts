import { customType, timestamp, uuid } from 'drizzle-orm/pg-core'
import { type Decimal, decimal, formatDecimal } from './decimal.ts'
import type { Id } from './ids.ts'

/** `numeric(38,18)`, exact, as a `Decimal` in code. */
export const decimalColumn = customType<{ data: Decimal; driverData: string }>({
  dataType: () => 'numeric(38,18)',
  toDriver: formatDecimal,
  fromDriver: decimal,
})

/** `timestamptz(3)` as a `Date`. */
export const instantColumn = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })

/** A UUIDv7 of the given kind. */
export const idColumn = <Kind extends string>(name: string) => uuid(name).$type<Id<Kind>>()

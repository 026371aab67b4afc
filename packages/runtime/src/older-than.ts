import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { type Page, parseInstantKey } from './connection.ts'

/**
 * What follows `page.after` in a list ordered by an instant, then id, both descending, whose keys `instantKey` makes. Undefined
 * for the first page; throws BAD_USER_INPUT for a key of another list.
 */
export function olderThan(page: Pick<Page, 'after'>, at: PgColumn, id: PgColumn): SQL | undefined {
  if (page.after === null) return undefined
  const after = parseInstantKey(page.after)
  return sql`(${at}, ${id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
}

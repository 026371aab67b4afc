import { type Page, parseNumberKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { getTableColumns, sql } from 'drizzle-orm'
import { moments } from './tables.ts'

export type MomentRow = typeof moments.$inferSelect

/** For each of `sessionIds` its timeline, oldest first. One statement for all. */
export async function findMomentPages(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
  page: Page,
): Promise<Map<Id<'LiveSession'>, MomentRow[]>> {
  const after = page.after === null ? 0 : parseNumberKey(page.after)
  const pages = sql`(
    select page.position from unnest(${sql.param([...sessionIds])}::uuid[]) parent(id)
    cross join lateral (
      select m.position from ${moments} m where m.session_id = parent.id and m.position > ${after}
      order by m.position limit ${page.limit}
    ) page
  ) pages`
  const rows = await db
    .select(getTableColumns(moments))
    .from(moments)
    .innerJoin(pages, sql`pages.position = ${moments.position}`)
    .orderBy(moments.position)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return new Map(sessionIds.map((id) => [id, bySession.get(id) ?? []]))
}

export const momentKey = ({ position }: MomentRow): string => String(position)

import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { olderThan } from '@planet/runtime/older-than'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { and, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import { circles, members } from './tables.ts'

export type CircleRow = typeof circles.$inferSelect

const circlesByIds = prepareOnce((db) =>
  db
    .select()
    .from(circles)
    .where(sql`${circles.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('circles_by_ids'),
)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findCircles(db: Db | Tx, ids: readonly Id<'Circle'>[]): Promise<(CircleRow | null)[]> {
  const rows = await circlesByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getCircle(db: Db | Tx, id: Id<'Circle'>): Promise<CircleRow> {
  const [row] = await db.select().from(circles).where(eq(circles.id, id))
  if (!row) throw new Error(`no circle ${id}`)
  return row
}

/** Locks the circle's row until commit, so that its memberships change one at a time. */
export async function lockCircle(tx: Tx, id: Id<'Circle'>): Promise<CircleRow | null> {
  const [row] = await tx.select().from(circles).where(eq(circles.id, id)).for('update')
  return row ?? null
}

export async function insertCircle(tx: Tx, row: typeof circles.$inferInsert): Promise<CircleRow> {
  const [inserted] = await tx.insert(circles).values(row).returning()
  if (!inserted) throw new Error(`circle ${row.id} was not stored`)
  return inserted
}

/** Latest opened first. */
export function findCirclesPage(db: Db | Tx, page: Page): Promise<CircleRow[]> {
  return db
    .select()
    .from(circles)
    .where(olderThan(page, circles.openedAt, circles.id))
    .orderBy(desc(circles.openedAt), desc(circles.id))
    .limit(page.limit)
}

/** For each host, the circles of one page, latest opened first; hosts without any are left out. */
export async function findHostedPages(
  db: Db | Tx,
  hostIds: readonly Id<'User'>[],
  page: Page,
): Promise<Map<Id<'User'>, CircleRow[]>> {
  const hosted = db
    .select()
    .from(circles)
    .where(and(sql`${circles.hostId} = parent.id`, olderThan(page, circles.openedAt, circles.id)))
    .orderBy(desc(circles.openedAt), desc(circles.id))
    .limit(page.limit)
    .as('hosted')
  const rows = await db
    .select(hosted._.selectedFields)
    .from(sql`unnest(${sql.param([...hostIds])}::uuid[]) as parent(id)`)
    .crossJoinLateral(hosted)
    .orderBy(desc(hosted.openedAt), desc(hosted.id))
  return Map.groupBy(rows, (row) => row.hostId)
}

export type JoinedCircleRow = CircleRow & { readonly joinedAt: Date }

/** Circles that the user is a member of, latest joined first. */
export function findJoinedPage(db: Db | Tx, userId: Id<'User'>, page: Page): Promise<JoinedCircleRow[]> {
  return db
    .select({ ...getTableColumns(circles), joinedAt: members.from })
    .from(members)
    .innerJoin(circles, eq(circles.id, members.circleId))
    .where(
      and(
        eq(members.userId, userId),
        eq(members.state, 'MEMBER'),
        isNull(members.until),
        olderThan(page, members.from, members.circleId),
      ),
    )
    .orderBy(desc(members.from), desc(members.circleId))
    .limit(page.limit)
}

import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, asc, desc, eq, sql } from 'drizzle-orm'
import type { MembershipChange, Standing } from '../domain/membership.ts'
import type { CircleRow } from './circle.ts'
import { circles, members } from './tables.ts'

export type MemberRow = typeof members.$inferSelect

/** For each of `circleIds`, where `userId` stands. Made for a loader. */
export async function findStandings(db: Db | Tx, userId: Id<'User'>, circleIds: readonly Id<'Circle'>[]): Promise<Standing[]> {
  const rows = await db
    .select({ circleId: members.circleId, state: members.state })
    .from(members)
    .where(and(eq(members.userId, userId), sql`${members.circleId} = any(${sql.param([...circleIds])}::uuid[])`))
  const states = new Map(rows.map((row) => [row.circleId, row.state]))
  return circleIds.map((id) => states.get(id) ?? null)
}

export async function findStanding(db: Db | Tx, userId: Id<'User'>, circleId: Id<'Circle'>): Promise<Standing> {
  const [standing] = await findStandings(db, userId, [circleId])
  return standing ?? null
}

export async function insertMember(tx: Tx, row: typeof members.$inferInsert): Promise<void> {
  await tx.insert(members).values(row)
}

/** Stores where a user stands from `since` on, and counts it in the circle, whose row must be locked; the circle after that. */
export async function storeChange(
  tx: Tx,
  where: { readonly circleId: Id<'Circle'>; readonly userId: Id<'User'> },
  change: MembershipChange,
  since: Date,
): Promise<CircleRow> {
  const [circle] = await tx
    .update(circles)
    .set({ memberCount: sql`${circles.memberCount} + ${change.memberCountBy}`, revision: sql`${circles.revision} + 1` })
    .where(eq(circles.id, where.circleId))
    .returning()
  if (!circle) throw new Error(`no circle ${where.circleId}`)
  const standing = { state: change.to, since, revision: circle.revision }
  await tx
    .insert(members)
    .values({ ...where, ...standing })
    .onConflictDoUpdate({ target: [members.circleId, members.userId], set: standing })
  return circle
}

/** For each circle, the members of one page, latest joined first; circles without any are left out. */
export async function findMemberPages(
  db: Db | Tx,
  circleIds: readonly Id<'Circle'>[],
  page: Page,
): Promise<Map<Id<'Circle'>, MemberRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const joined = db
    .select()
    .from(members)
    .where(
      and(
        sql`${members.circleId} = parent.id`,
        eq(members.state, 'MEMBER'),
        after
          ? sql`(${members.since}, ${members.userId}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(members.since), desc(members.userId))
    .limit(page.limit)
    .as('joined')
  const rows = await db
    .select(joined._.selectedFields)
    .from(parentsOf(circleIds))
    .crossJoinLateral(joined)
    .orderBy(desc(joined.since), desc(joined.userId))
  return Map.groupBy(rows, (row) => row.circleId)
}

/** For each circle, the open requests of one page, oldest first; circles without any are left out. */
export async function findRequestPages(
  db: Db | Tx,
  circleIds: readonly Id<'Circle'>[],
  page: Page,
): Promise<Map<Id<'Circle'>, MemberRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const waiting = db
    .select()
    .from(members)
    .where(
      and(
        sql`${members.circleId} = parent.id`,
        eq(members.state, 'REQUESTED'),
        after
          ? sql`(${members.since}, ${members.userId}) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(asc(members.since), asc(members.userId))
    .limit(page.limit)
    .as('waiting')
  const rows = await db
    .select(waiting._.selectedFields)
    .from(parentsOf(circleIds))
    .crossJoinLateral(waiting)
    .orderBy(asc(waiting.since), asc(waiting.userId))
  return Map.groupBy(rows, (row) => row.circleId)
}

const parentsOf = (ids: readonly string[]) => sql`unnest(${sql.param([...ids])}::uuid[]) as parent(id)`

import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { olderThan } from '@planet/runtime/older-than'
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import type { MembershipChange, Standing } from '../domain/membership.ts'
import type { CircleRow } from './circle.ts'
import { circles, members } from './tables.ts'

export type MemberRow = typeof members.$inferSelect

/** For each of `circleIds`, where `userId` stands. Made for a loader. */
export async function findStandings(db: Db | Tx, userId: Id<'User'>, circleIds: readonly Id<'Circle'>[]): Promise<Standing[]> {
  const rows = await db
    .select({ circleId: members.circleId, state: members.state })
    .from(members)
    .where(
      and(
        eq(members.userId, userId),
        sql`${members.circleId} = any(${sql.param([...circleIds])}::uuid[])`,
        isNull(members.until),
      ),
    )
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

/**
 * Stores where a user stands from `now` on, and counts it in the circle, whose row must be locked; the circle after that.
 * What is stored after another change is `from` no earlier instant than that, whichever process's clock is behind.
 */
export async function storeChange(
  tx: Tx,
  where: { readonly circleId: Id<'Circle'>; readonly userId: Id<'User'> },
  change: MembershipChange,
  now: Date,
): Promise<{ readonly circle: CircleRow; readonly from: Date }> {
  const [circle] = await tx
    .update(circles)
    .set({ memberCount: sql`${circles.memberCount} + ${change.memberCountBy}`, revision: sql`${circles.revision} + 1` })
    .where(eq(circles.id, where.circleId))
    .returning()
  if (!circle) throw new Error(`no circle ${where.circleId}`)
  const [ended] = await tx
    .update(members)
    .set({ until: sql`greatest(${now.toISOString()}::timestamptz, ${members.from})` })
    .where(and(eq(members.circleId, where.circleId), eq(members.userId, where.userId), isNull(members.until)))
    .returning({ until: members.until })
  const from = ended?.until ?? now
  await insertMember(tx, { ...where, state: change.to, revision: circle.revision, from, ...change.cause })
  return { circle, from }
}

/** For each circle, the members of one page, latest joined first; circles without any are left out. */
export async function findMemberPages(
  db: Db | Tx,
  circleIds: readonly Id<'Circle'>[],
  page: Page,
): Promise<Map<Id<'Circle'>, MemberRow[]>> {
  const joined = db
    .select()
    .from(members)
    .where(
      and(
        sql`${members.circleId} = parent.id`,
        eq(members.state, 'MEMBER'),
        isNull(members.until),
        olderThan(page, members.from, members.userId),
      ),
    )
    .orderBy(desc(members.from), desc(members.userId))
    .limit(page.limit)
    .as('joined')
  const rows = await db
    .select(joined._.selectedFields)
    .from(parentsOf(circleIds))
    .crossJoinLateral(joined)
    .orderBy(desc(joined.from), desc(joined.userId))
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
        isNull(members.until),
        after
          ? sql`(${members.from}, ${members.userId}) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(asc(members.from), asc(members.userId))
    .limit(page.limit)
    .as('waiting')
  const rows = await db
    .select(waiting._.selectedFields)
    .from(parentsOf(circleIds))
    .crossJoinLateral(waiting)
    .orderBy(asc(waiting.from), asc(waiting.userId))
  return Map.groupBy(rows, (row) => row.circleId)
}

const parentsOf = (ids: readonly string[]) => sql`unnest(${sql.param([...ids])}::uuid[]) as parent(id)`

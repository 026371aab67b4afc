import { type Page, parseNumberKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import type { BulletModeration } from '../domain/bullet.ts'
import { bullets } from './tables.ts'

export type BulletRow = typeof bullets.$inferSelect

export async function insertBullet(tx: Tx, row: typeof bullets.$inferInsert): Promise<BulletRow> {
  const [inserted] = await tx.insert(bullets).values(row).returning()
  if (!inserted) throw new Error(`bullet ${row.id} was not stored`)
  return inserted
}

export async function findBullets(db: Db | Tx, ids: readonly Id<'Bullet'>[]): Promise<(BulletRow | null)[]> {
  const rows = await db
    .select()
    .from(bullets)
    .where(sql`${bullets.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findBullet(db: Db | Tx, id: Id<'Bullet'>): Promise<BulletRow | null> {
  const [row] = await findBullets(db, [id])
  return row ?? null
}

export async function getBullet(db: Db | Tx, id: Id<'Bullet'>): Promise<BulletRow> {
  const row = await findBullet(db, id)
  if (!row) throw new Error(`no bullet ${id}`)
  return row
}

export async function moderateBullet(
  tx: Tx,
  id: Id<'Bullet'>,
  change: Pick<BulletRow, 'moderation' | 'moderatedBy' | 'moderatedAt'>,
): Promise<BulletRow> {
  const [row] = await tx.update(bullets).set(change).where(eq(bullets.id, id)).returning()
  if (!row) throw new Error(`no bullet ${id}`)
  return row
}

/** For each of `sessionIds` its bullets of one moderation, latest first. One statement for all. */
export async function findBulletPages(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
  moderation: BulletModeration,
  page: Page,
): Promise<Map<Id<'LiveSession'>, BulletRow[]>> {
  const before = page.after === null ? null : parseNumberKey(page.after)
  const pages = sql`(
    select page.id as bullet_id from unnest(${sql.param([...sessionIds])}::uuid[]) parent(id)
    cross join lateral (
      select b.id from ${bullets} b
      where b.session_id = parent.id and b.moderation = ${moderation} and ${before === null ? sql`true` : sql`b.number < ${before}::bigint`}
      order by b.number desc limit ${page.limit}
    ) page
  ) pages`
  const rows = await db
    .select(getTableColumns(bullets))
    .from(bullets)
    .innerJoin(pages, and(sql`pages.bullet_id = ${bullets.id}`))
    .orderBy(desc(bullets.number))
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return new Map(sessionIds.map((id) => [id, bySession.get(id) ?? []]))
}

export const bulletKey = ({ number }: BulletRow): string => String(number)

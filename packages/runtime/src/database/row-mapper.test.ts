import { eq, getTableColumns, sql } from 'drizzle-orm'
import { alias, bigint, boolean, doublePrecision, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decimalColumn, idColumn, instantColumn } from '../columns.ts'
import { type Database, type Db, openDatabase, type Tx } from '../database.ts'
import { decimal } from '../decimal.ts'
import { newId } from '../ids.ts'
import { prepareOnce } from '../prepare-once.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'

const parents = pgTable('parent', { id: integer('id').primaryKey(), name: text('name') })
const children = pgTable('child', {
  id: integer('id').primaryKey(),
  parentId: integer('parent_id'),
  key: idColumn<'Child'>('key'),
  price: decimalColumn('price'),
  at: instantColumn('at'),
  share: doublePrecision('share'),
  count: bigint('count', { mode: 'number' }),
  isGood: boolean('is_good'),
  tags: text('tags').array(),
  extra: jsonb('extra'),
})

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = openDatabase({ url: testDatabase.url, role: null, audience: 'interactive' })
  await database.db.execute(sql`create table parent (id int primary key, name text)`)
  await database.db.execute(sql`create table child (id int primary key, parent_id int, key uuid, price numeric(38,18),
    at timestamptz(3), share float8, count bigint, is_good boolean, tags text[], extra jsonb)`)
  await database.db.insert(parents).values([{ id: 1, name: 'one' }, { id: 2 }, { id: 3, name: 'three' }])
  const at = ['1969-12-31T23:59:59.999Z', '2026-02-28T00:00:00.000Z', '2026-01-02T03:04:05.600Z']
  await database.db.insert(children).values(
    at.map((text, i) => ({
      id: i + 1,
      parentId: i === 1 ? 1 : 3,
      key: newId<'Child'>(new Date()),
      price: decimal('-12.5'),
      at: new Date(text),
      share: 0.25,
      count: 9_007_199_254_740_991,
      isGood: i === 0,
      tags: ['a', 'b,"\\', `${i}`],
      extra: { list: [1, null, 'x'] },
    })),
  )
  await database.db.insert(children).values({ id: 9, parentId: 3 })
})

afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

/** A statement's first rows are read by drizzle, all later ones by the function that is compiled for it. */
async function bothWays<Row>(build: (db: Db | Tx) => { execute(values: Record<string, unknown>): Promise<Row[]> }) {
  const statement = prepareOnce(build)
  const byDrizzle = await statement(database.db).execute({ from: 0 })
  const compiled = await statement(database.db).execute({ from: 0 })
  expect(byDrizzle.length).toBeGreaterThan(2)
  return { byDrizzle, compiled }
}

describe('a compiled row mapper makes what drizzle makes', () => {
  it('of columns of every kind that we use, and of nulls in them', async () => {
    const { byDrizzle, compiled } = await bothWays((db) =>
      db
        .select()
        .from(children)
        .where(sql`${children.id} > ${sql.placeholder('from')}`)
        .orderBy(children.id)
        .prepare('all'),
    )
    expect(compiled).toEqual(byDrizzle)
    expect(compiled[0]).toMatchObject({
      at: new Date('1969-12-31T23:59:59.999Z'),
      price: decimal('-12.5'),
      tags: ['a', 'b,"\\', '0'],
    })
    expect(compiled.at(-1)).toMatchObject({ at: null, price: null, tags: null, extra: null })
  })

  it('of joined rows, null where a left join found none', async () => {
    const { byDrizzle, compiled } = await bothWays((db) =>
      db
        .select({ id: parents.id, child: children, parent: { name: parents.name, id: parents.id } })
        .from(parents)
        .leftJoin(children, eq(children.parentId, parents.id))
        .where(sql`${parents.id} > ${sql.placeholder('from')}`)
        .orderBy(parents.id, children.id)
        .prepare('joined'),
    )
    expect(compiled).toEqual(byDrizzle)
    expect(compiled.find(({ id }) => id === 2)).toEqual({ id: 2, child: null, parent: { name: null, id: 2 } })
  })

  it('of objects with expressions, of two tables, and of subqueries', async () => {
    const other = alias(children, 'other')
    const { byDrizzle, compiled } = await bothWays((db) => {
      const oldest = db
        .select({ ...getTableColumns(children), double: sql<number>`${children.id} * 2`.mapWith(String).as('double') })
        .from(children)
        .where(eq(children.parentId, parents.id))
        .limit(1)
        .as('oldest')
      return db
        .select({
          constant: sql<number>`7`,
          mixed: { otherId: other.id, parentId: parents.id },
          counted: { id: other.id, twice: sql<number>`${other.id} + ${other.id}` },
          oldest: oldest._.selectedFields,
        })
        .from(parents)
        .leftJoin(other, eq(other.parentId, parents.id))
        .leftJoinLateral(oldest, sql`true`)
        .where(sql`${parents.id} > ${sql.placeholder('from')}`)
        .orderBy(parents.id, other.id)
        .prepare('mixed')
    })
    expect(compiled).toEqual(byDrizzle)
    expect(compiled).toContainEqual(expect.objectContaining({ oldest: null, counted: null }))
  })
})

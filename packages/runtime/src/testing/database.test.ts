import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from './database.ts'

describe('a test database', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  const sql = postgres(one.url, { max: 1, onnotice: () => {} })
  afterAll(async () => {
    await sql.end()
    await one.drop()
    await other.drop()
  })

  it('has the event log and the schema and role of every subgraph', async () => {
    const schemas = (await sql`select nspname as name from pg_namespace`).map((row) => row.name)
    expect(schemas).toEqual(
      expect.arrayContaining(['event_log', 'posts', 'creators', 'circles', 'live', 'incentives', 'trading', 'insights']),
    )
    const roles = (await sql`select rolname as name from pg_roles`).map((row) => row.name)
    expect(roles).toEqual(expect.arrayContaining(['planet_relay', 'planet_posts', 'planet_insights']))
  })

  it('is not seen by another test', async () => {
    await sql`create table mark (id int)`
    const theirs = postgres(other.url, { max: 1, onnotice: () => {} })
    expect(await theirs`select from pg_class where relname = 'mark'`).toHaveLength(0)
    await theirs.end()
  })

  it('is gone once dropped', async () => {
    const brief = await createTestDatabase()
    await brief.drop()
    expect(await sql`select from pg_database where datname = ${new URL(brief.url).pathname.slice(1)}`).toHaveLength(0)
  })
})

import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { ensureRoleAndSchema, migrate } from '../database.ts'
import { migrateEventLog } from '../event-log/schema.ts'
import { consumedBy } from '../events/registry.ts'
import { testRun } from './run.ts'

const SUBGRAPHS = fileURLToPath(new URL('../../../../subgraphs/', import.meta.url))

export type TestDatabase = {
  /** Of a user who may create roles and schemas. */
  readonly url: string
  drop(): Promise<void>
}

/**
 * A database of its own with the event log and the schemas of all subgraphs, empty. It is a copy of one that the first
 * caller of the run migrates.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const run = testRun()
  const template = `planet_test_${run.id}_template`
  const name = `planet_test_${run.id}_${randomBytes(6).toString('hex')}`
  await withAdmin(run.url, async (sql) => {
    await buildOnce(sql, run.url, template)
    await sql`create database ${sql(name)} template ${sql(template)} strategy wal_log`
  })
  return {
    url: urlOf(run.url, name),
    drop: () => withAdmin(run.url, async (sql) => void (await sql`drop database if exists ${sql(name)} with (force)`)),
  }
}

/** The template under a name of its own until it is complete, so that a failed build is never copied. */
async function buildOnce(sql: postgres.Sql, url: string, template: string): Promise<void> {
  const find = () => sql`select from pg_database where datname = ${template}`
  if ((await find()).length > 0) return
  await sql`select pg_advisory_lock(hashtextextended(${template}, 0))`
  try {
    if ((await find()).length > 0) return
    const draft = `${template}_draft`
    await sql`drop database if exists ${sql(draft)} with (force)`
    await sql`create database ${sql(draft)}`
    await migrateAll(urlOf(url, draft))
    await sql`alter database ${sql(draft)} rename to ${sql(template)}`
  } finally {
    await sql`select pg_advisory_unlock(hashtextextended(${template}, 0))`
  }
}

async function migrateAll(url: string): Promise<void> {
  await migrateEventLog(url)
  for (const name of readdirSync(SUBGRAPHS).sort()) {
    await ensureRoleAndSchema(url, name, consumedBy(name))
    const migrationsFolder = `${SUBGRAPHS}${name}/drizzle`
    if (existsSync(`${migrationsFolder}/meta/_journal.json`)) await migrate({ url, name, migrationsFolder })
  }
}

function urlOf(url: string, database: string): string {
  const result = new URL(url)
  result.pathname = `/${database}`
  return result.href
}

async function withAdmin(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

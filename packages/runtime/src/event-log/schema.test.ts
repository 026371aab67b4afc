import postgres from 'postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { migrateEventLog } from './schema.ts'

let database: TestDatabase
let admin: postgres.Sql
beforeEach(async () => {
  database = await createTestDatabase()
  admin = postgres(database.url, { max: 1, onnotice: () => {} })
})
afterEach(async () => {
  await admin.end({ timeout: 5 })
  await database.drop()
})

const migrations = async () =>
  (await admin<{ name: string }[]>`select name from event_log.migration order by name`).map(({ name }) => name)

it.each([
  ['an older', ['0001.sql', '0002.sql', '0003.sql']],
  ['a newer', ['0001-log.sql', '0002-of-tomorrow.sql']],
])('refuses a log that %s version has made, with what to do, and leaves it as it is', async (_, names) => {
  await admin`delete from event_log.migration`
  for (const name of names) await admin`insert into event_log.migration (name) values (${name})`
  await admin`delete from event_log.event_type`
  const stranger = names.find((name) => name !== '0001-log.sql')
  await expect(migrateEventLog(database.url)).rejects.toThrow(
    `This database was made by another version of the platform (its event log has ${stranger}), which this one cannot go on from. Run that version; or, to begin anew, remove the folder .planet (that of PLANET_HOME), or give an empty database.`,
  )
  expect(await migrations()).toEqual(names)
  expect(await admin`select from event_log.event_type`).toHaveLength(0)
})

import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { retryEvents } from './retry-events.ts'
import { showStatus } from './status.ts'

let database: TestDatabase
let sql: postgres.Sql
beforeAll(async () => {
  database = await createTestDatabase()
  sql = postgres(database.url, { max: 1, onnotice: () => {} })
  await sql`select count(event_log.append('s', 'posts.PostRetracted', '{}', now())) from generate_series(1, 5)`
  await sql`select event_log.relay(3)`
  await sql`insert into incentives.consumer_position (name, epoch, pos) select 'incentives', epoch, 1 from event_log.event_head`
  await sql`select event_log.put_aside('incentives.incentives', 1, 's', 'posts.PostRetracted', true, 'it cannot be')`
  await sql`select event_log.put_aside('incentives.incentives', 2, 's', 'posts.PostRetracted', true, null)`
})
afterAll(async () => {
  await sql?.end({ timeout: 5 })
  await database?.drop()
})

const said = async (act: (terminal: { say(text: string): void }) => Promise<void>) => {
  const lines: string[] = []
  await act({ say: (line) => lines.push(line) })
  return lines
}

it('says how far the log and each consumer are, and what was set aside', async () => {
  const lines = await said((terminal) => showStatus(database.url, terminal))
  expect(lines[0]).toContain('position 3, 2 waiting for theirs')
  expect(lines).toContainEqual(expect.stringMatching(/^incentives\.incentives +at 1, 2 behind, 2 set aside/))
})

it('marks what was set aside to be tried again, of one consumer or of all, and says what it is', async () => {
  const due = async () =>
    (await sql`select pos::int from event_log.set_aside where retry_at is not null order by pos`).map(({ pos }) => pos)
  expect(await said((terminal) => retryEvents(database.url, { consumer: 'posts.posts' }, terminal))).toEqual([
    'Nothing is set aside.',
  ])
  expect(await due()).toEqual([])
  expect(await said((terminal) => retryEvents(database.url, {}, terminal))).toEqual([
    'incentives.incentives: posts.PostRetracted at 1 (s): it cannot be',
    'incentives.incentives: posts.PostRetracted at 2 (s): waits for an earlier one',
    '2 to be tried again.',
  ])
  expect(await due()).toEqual([1, 2])
})

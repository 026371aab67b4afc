import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@planet/runtime/database'
import { createExpiry } from '@planet/runtime/event-log/expiry'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { eventually } from '@planet/runtime/testing/patience'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCircle, startLife } from './support/life.ts'

const home = mkdtempSync(join(tmpdir(), 'planet-expiry-'))
const opened: { close(): Promise<unknown> }[] = []
let databaseUrl: string

beforeAll(async () => {
  const { url, drop } = await createTestDatabase()
  databaseUrl = url
  opened.push({ close: drop })
})
// What was opened last is closed first.
afterAll(async () => {
  for (const each of opened.reverse()) await each.close()
  rmSync(home, { recursive: true, force: true })
})

it('a cursor that events have expired behind is answered with where to go on, and from there the stream goes on', async () => {
  const first = await startLife(databaseUrl, home)
  const circleId = await openCircle(first)
  const before = await first.platform.events.settled()
  await first.mutate('emil', 'joinCircle', { circleId: circleId })
  await first.platform.idle()
  const head = await first.platform.events.settled()
  expect(await first.follow(circleId, before)).toMatchObject({ data: { circleActivity: { user: { handle: 'emil' } } } })
  await first.platform.close()

  const admin = openDatabase({ url: databaseUrl, role: null, audience: 'relay' })
  const relay = openDatabase({ url: databaseUrl, role: 'planet_relay', audience: 'relay' })
  opened.push(admin, relay)
  const expiry = createExpiry(relay, silentLog)
  const passHours = (hours: number) => admin.sql`update event_log.milestone set at = at - make_interval(hours => ${hours}::int)`
  await passHours(2)
  await expiry.idle()
  await passHours(24)

  const second = await startLife(databaseUrl, home)
  opened.push(second.platform)
  const isExpired = async () => {
    await expiry.idle()
    expect(await second.platform.events.oldest()).toBe(head)
  }
  await eventually(isExpired)
  const refused = await second.follow(circleId, before)
  expect(refused?.data ?? null).toBeNull()
  expect(refused?.errors?.[0]?.extensions).toEqual({ code: 'CURSOR_EXPIRED', oldest: head })

  await second.mutate('emil', 'leaveCircle', { circleId: circleId })
  expect(await second.follow(circleId, head)).toMatchObject({ data: { circleActivity: { user: { handle: 'emil' } } } })
})

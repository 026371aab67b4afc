import { randomBytes } from 'node:crypto'
import { SUBGRAPH_NAMES, SUBGRAPHS } from '@planet/platform/platform'
import { wallClock } from '@planet/runtime/clock'
import { openDatabase, roleOf } from '@planet/runtime/database'
import { loginUrl } from '@planet/runtime/database/login'
import { createEventLog } from '@planet/runtime/event-log/log'
import { consumedBy } from '@planet/runtime/events/registry'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import { eventually } from '@planet/runtime/testing/patience'
import { newProcessKey, verifyingKeyOf } from '@planet/runtime/viewer-keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let testDatabase: TestDatabase
beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase?.drop())

describe.each(SUBGRAPH_NAMES)('%s', (name) => {
  it('may read what its consumers ask for, and nothing else', async () => {
    const url = loginUrl(testDatabase.url, roleOf(name))
    await using database = openDatabase({ url, role: roleOf(name), audience: 'relay' })
    const events = createEventLog(database)
    const asked = new Set<string>()
    const spied: typeof events = {
      ...events,
      readFacts(options) {
        for (const type of options.types) asked.add(type)
        return events.readFacts(options)
      },
    }
    const subgraph = SUBGRAPHS[name]({
      databaseUrl: url,
      events: spied,
      clock: wallClock,
      viewerKeys: [verifyingKeyOf(newProcessKey())],
      attributionSecret: randomBytes(32),
      log: silentLog,
    })
    const stop = new AbortController()
    const consumers = subgraph.workers.filter((worker) => worker.name.startsWith('consumer'))
    const running = consumers.map((worker) => worker.run(stop.signal))
    const foreign = () => [...asked].filter((type) => !type.startsWith(`${name}.`)).toSorted()
    await eventually(() => expect(foreign()).toEqual(consumedBy(name)))
    stop.abort()
    await Promise.all(running)
    await subgraph.close()
    await events.close()
  })

  it('cannot enter the schema of another one, whatever role it asks for', async () => {
    await using database = openDatabase({ url: testDatabase.url, role: roleOf(name), audience: 'relay', maxConnections: 1 })
    await database.sql`select set_config('role', 'none', false)`
    for (const other of SUBGRAPH_NAMES.filter((each) => each !== name)) {
      await expect(database.sql`select set_config('role', ${roleOf(other)}, false)`).rejects.toMatchObject({ code: '42501' })
      const [right] =
        await database.sql`select has_schema_privilege(${other}, 'usage') or has_schema_privilege(${other}, 'create') as any`
      expect(right).toEqual({ any: false })
    }
  })
})

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createLogRecorder } from '@planet/gateway/test/testing/log-recorder'
import { openDatabase } from '@planet/runtime/database'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDatabase } from './database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** A port that nobody listens on, and what listens there later: a way to the database. */
async function latePort() {
  const { hostname, port } = new URL(database.url)
  const server = createServer((client) => {
    const target = connect(Number(port), hostname)
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    client.pipe(target).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: late } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const url = new URL(database.url)
  url.host = `127.0.0.1:${late}`
  return { url: url.href, open: () => server.listen(late, '127.0.0.1'), close: () => server.close() }
}

it('was given up at once while it could not be reached yet; it is waited for, and the log says so', async () => {
  const port = await latePort()
  const { log, lines } = createLogRecorder()
  const starting = startDatabase('/nowhere', port.url, log)
  await expect.poll(() => lines.join()).toContain('cannot be reached yet')
  port.open()
  try {
    expect(await starting).toMatchObject({ url: port.url, isEmbedded: false })
    expect(lines).toHaveLength(1)
  } finally {
    port.close()
  }
})

it('is waited for while it has no connection to spare', async () => {
  await using admin = openDatabase({ url: database.url, role: null, audience: 'relay', maxConnections: 1 })
  const role = `crowded_${process.pid}`
  await admin.sql.unsafe(`create role ${role} login connection limit 0 password 'crowded'`)
  try {
    const url = new URL(database.url)
    url.username = role
    url.password = 'crowded'
    const { log, lines } = createLogRecorder()
    const starting = startDatabase('/nowhere', url.href, log)
    await expect.poll(() => lines.join()).toContain('cannot be reached yet')
    await admin.sql.unsafe(`alter role ${role} connection limit 5`)
    expect(await starting).toMatchObject({ url: url.href })
  } finally {
    await admin.sql.unsafe(`drop role ${role}`)
  }
})

it('is given up in the end, naming the variable', async () => {
  const { url } = await latePort()
  const { log } = createLogRecorder()
  await expect(startDatabase('/nowhere', url, log, 1)).rejects.toThrow('The database of DATABASE_URL cannot be reached.')
})

it('is not waited for when it refuses us', async () => {
  const { log, lines } = createLogRecorder()
  const url = new URL(database.url)
  url.pathname = '/there_is_no_such_database'
  await expect(startDatabase('/nowhere', url.href, log)).rejects.toThrow('The database of DATABASE_URL cannot be reached.')
  expect(lines).toEqual([])
})

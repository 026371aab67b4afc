import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { integer, numeric, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violatedUnique } from './database/failure.ts'
import { type Database, type DatabaseOptions, ensureRoleAndSchema, migrate, openDatabase } from './database.ts'
import { prepareOnce } from './prepare-once.ts'
import { createTestDatabase, type TestDatabase } from './testing/database.ts'
import { countWaiting, whileLocked } from './testing/lock.ts'
import { eventually } from './testing/patience.ts'

const UNAVAILABLE = { extensions: { code: 'UNAVAILABLE' } }

const schema = pgSchema('probe')
const samples = schema.table('sample', {
  id: integer().primaryKey(),
  price: numeric({ precision: 38, scale: 18 }),
  at: timestamp({ withTimezone: true }),
  tags: text().array(),
})

let testDatabase: TestDatabase
let database: Database

const open = (options: Partial<DatabaseOptions> = {}) =>
  openDatabase({ url: testDatabase.url, role: 'planet_probe', audience: 'interactive', ...options })

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  await ensureRoleAndSchema(testDatabase.url, 'probe')
  database = open()
  await database.db.execute(
    sql`create table probe.sample (id int primary key, price numeric(38,18), at timestamptz, tags text[])`,
  )
})

afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

describe('a connection', () => {
  it('has the role of its subgraph and sees no other schema', async () => {
    expect(await database.db.execute(sql`select current_user as role`)).toEqual([{ role: 'planet_probe' }])
    await expect(database.db.execute(sql`create table posts.intruder (id int)`)).rejects.toMatchObject({ code: '42501' })
    await expect(database.db.execute(sql`create schema elsewhere`)).rejects.toMatchObject({ code: '42501' })
  })

  it('carries numbers exactly, times to the microsecond, arrays and null', async () => {
    const row = {
      id: 1,
      price: '12345678901234567890.000000000000000001',
      at: new Date('2026-01-02T03:04:05.678Z'),
      tags: ['a', 'b,"\\'],
    }
    await database.db.insert(samples).values([row, { id: 2 }])
    expect(await database.db.select().from(samples).orderBy(samples.id)).toEqual([
      row,
      { id: 2, price: null, at: null, tags: null },
    ])
    const ids = sql.param([1, 7])
    expect(await database.db.select({ id: samples.id }).from(samples).where(sql`${samples.id} = any(${ids})`)).toEqual([
      { id: 1 },
    ])
  })

  it('keeps its statements prepared', async () => {
    await using one = open({ maxConnections: 1 })
    const find = (id: number) => one.db.select().from(samples).where(sql`${samples.id} = ${id}`)
    await find(1)
    await find(2)
    const prepared = await one.sql`select count(*)::int as count from pg_prepared_statements where statement like 'select "id"%'`
    expect(prepared).toMatchObject([{ count: 1 }])
  })
})

describe('reads that are prepared and sent at once', () => {
  const quotient = prepareOnce((db) =>
    db
      .select({ id: samples.id, quotient: sql<number>`100 / ${sql.placeholder('by')}::int` })
      .from(samples)
      .where(sql`${samples.id} = ${sql.placeholder('id')}::int`)
      .prepare('quotient'),
  )

  it('share few connections, each with its own answer or failure', async () => {
    await using own = open({ applicationName: 'lanes' })
    await own.db.insert(samples).values({ id: 90 }).onConflictDoNothing()
    await quotient(own.db).execute({ id: 90, by: 1 })
    const by = Array.from({ length: 60 }, (_, i) => (i % 7) - 3)
    const answers = await Promise.allSettled(by.map((divisor) => quotient(own.db).execute({ id: 90, by: divisor })))
    for (const [i, answer] of answers.entries()) {
      if (by[i] === 0) expect(answer).toMatchObject({ status: 'rejected', reason: { code: '22012' } })
      else expect(answer).toEqual({ status: 'fulfilled', value: [{ id: 90, quotient: Math.trunc(100 / (by[i] ?? 0)) }] })
    }
    const [connections] = await own.sql`select count(*)::int as count from pg_stat_activity where application_name = 'lanes'`
    expect(connections?.count).toBeLessThanOrEqual(4)
  })

  it('see what their own transaction has written', async () => {
    const seen = await database.db.transaction(async (tx) => {
      await tx.insert(samples).values({ id: 91 })
      await quotient(tx).execute({ id: 91, by: 4 })
      return quotient(tx).execute({ id: 91, by: 5 })
    })
    expect(seen).toEqual([{ id: 91, quotient: 20 }])
  })
})

describe('a statement that waits for a lock', () => {
  const READERS = 60
  const readsOf = (table: string) =>
    prepareOnce((db) =>
      db
        .select({ id: samples.id })
        .from(samples)
        .where(sql`${sql.placeholder('id')}::int > (select count(*) from ${sql.raw(table)})`)
        .prepare('r'),
    )
  const ofLocked = readsOf('probe.locked')
  const ofOthers = readsOf('probe.sample as other')

  let admin: Database
  beforeAll(async () => {
    admin = open({ role: null, applicationName: 'admin' })
    await database.db.execute(sql`create table probe.locked (id int)`)
  })
  afterAll(() => admin.close())

  it.each(['for nobody in particular', 'for a request'])('held up those behind it, %s; now it waits alone', async (kind) => {
    await using own = open()
    const db = () => (kind === 'for a request' ? own.cancelOnAbort(new AbortController().signal) : own.db)
    for (let i = 0; i < 3; i++) await Promise.all([ofLocked(db()).execute({ id: 0 }), ofOthers(db()).execute({ id: 0 })])
    await whileLocked(testDatabase.url, 'probe.locked', async () => {
      const held = Array.from({ length: READERS }, () => ofLocked(db()).execute({ id: 0 }))
      for (const one of held) one.catch(() => {})
      for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: READERS }, () => ofOthers(db()).execute({ id: 0 })))
      expect(await countWaiting(admin.sql)).toBeGreaterThan(0)
    })
  })

  it('is refused once its line has waited too long, and asks again when the lock is gone', async () => {
    await using own = open({ waitLimitMs: 200 })
    for (let i = 0; i < 3; i++) await ofLocked(own.db).execute({ id: 0 })
    await whileLocked(testDatabase.url, 'probe.locked', async () => {
      const held = await Promise.allSettled(Array.from({ length: READERS }, () => ofLocked(own.db).execute({ id: 0 })))
      for (const one of held) expect(one).toMatchObject({ status: 'rejected', reason: UNAVAILABLE })
    })
    await Promise.all(Array.from({ length: READERS }, () => ofLocked(own.db).execute({ id: 0 })))
  })

  it('in transactions leaves connections to those who read', async () => {
    await using own = open()
    await whileLocked(testDatabase.url, 'probe.locked', async () => {
      const held = Array.from({ length: READERS }, () => own.db.transaction((tx) => ofLocked(tx).execute({ id: 0 })))
      for (const one of held) one.catch(() => {})
      for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: READERS }, () => ofOthers(own.db).execute({ id: 0 })))
      expect(await countWaiting(admin.sql)).toBeGreaterThan(0)
    })
  })

  it('on a lane is stopped within a second when its request is given up, and its neighbours are answered', async () => {
    await using own = open()
    for (let i = 0; i < 3; i++) await Promise.all([ofLocked(own.db).execute({ id: 0 }), ofOthers(own.db).execute({ id: 0 })])
    await whileLocked(testDatabase.url, 'probe.locked', async () => {
      const cancel = new AbortController()
      const given = ofLocked(own.cancelOnAbort(cancel.signal)).execute({ id: 0 })
      const outcome = given.catch((error: unknown) => error)
      const neighbours = Array.from({ length: 10 }, () => ofOthers(own.db).execute({ id: 0 }))
      await eventually(async () => expect(await countWaiting(admin.sql)).toBe(1), 5)
      const cancelledAt = Date.now()
      cancel.abort()
      expect(await outcome).toMatchObject(UNAVAILABLE)
      await eventually(async () => expect(await countWaiting(admin.sql)).toBe(0), 5)
      expect(Date.now() - cancelledAt).toBeLessThan(1_000)
      await Promise.all(neighbours)
    })
  })
})

describe('a failure', () => {
  it('shows neither SQL nor parameters', async () => {
    const failed = await database.db.execute(sql`select ${'secret'}::int`).catch((error: unknown) => error)
    expect(JSON.stringify(failed)).not.toContain('select')
    expect(failed).toMatchObject({ code: '22P02' })
  })

  it('names the unique constraint that was violated', async () => {
    await database.db.insert(samples).values({ id: 10 })
    const failed = await database.db
      .insert(samples)
      .values({ id: 10 })
      .catch((error: unknown) => error)
    expect(violatedUnique(failed)).toBe('sample_pkey')
    expect(JSON.stringify(failed)).not.toContain('(10)')
  })

  it('is UNAVAILABLE when nobody listens', async () => {
    await using nobody = openDatabase({ url: 'postgres://planet:x@127.0.0.1:1/planet', role: null, audience: 'interactive' })
    await expect(nobody.db.execute(sql`select 1`)).rejects.toMatchObject(UNAVAILABLE)
    await expect(nobody.db.transaction(async () => 1)).rejects.toMatchObject(UNAVAILABLE)
  })

  it('is UNAVAILABLE when a statement takes longer than it may', async () => {
    await using hasty = open({ statementTimeoutMs: 50 })
    await expect(hasty.db.execute(sql`select pg_sleep(5)`)).rejects.toMatchObject(UNAVAILABLE)
    expect(await hasty.db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
  })

  it('is UNAVAILABLE when no connection comes free in time, and the line moves on', async () => {
    await using narrow = open({ maxConnections: 1, waitLimitMs: 50 })
    const long = started(narrow.db.execute(sql`select pg_sleep(0.3)`))
    await expect(narrow.db.execute(sql`select 1`)).rejects.toMatchObject(UNAVAILABLE)
    await long
    expect(await narrow.db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
  })

  it('is UNAVAILABLE within the deadline when the server falls silent, also in a transaction', async () => {
    await using relay = await startRelay(testDatabase.url)
    await using silent = open({ url: relay.url, maxConnections: 2, statementTimeoutMs: 100 })
    await silent.db.execute(sql`select 1`)
    const transaction = silent.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      relay.fallSilent()
      return tx.execute(sql`select 2`)
    })
    await expect(transaction).rejects.toMatchObject(UNAVAILABLE)
    await expect(silent.db.execute(sql`select 1`)).rejects.toMatchObject(UNAVAILABLE)
    relay.speak()
    expect(await silent.db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
  })
})

describe('a cancelled request', () => {
  it('is refused at once and its statement stops at the server within a second', async () => {
    const cancel = new AbortController()
    const running = started(database.cancelOnAbort(cancel.signal).execute(sql`select pg_sleep(3), 'cancel me'`))
    await until(async () => (await sleepers()) === 1)
    const cancelledAt = Date.now()
    cancel.abort()
    await expect(running).rejects.toMatchObject(UNAVAILABLE)
    await until(async () => (await sleepers()) === 0)
    expect(Date.now() - cancelledAt).toBeLessThan(1_000)
  })

  it('leaves nothing of its transaction', async () => {
    const cancel = new AbortController()
    const running = database.cancelOnAbort(cancel.signal).transaction(async (tx) => {
      await tx.insert(samples).values({ id: 20 })
      cancel.abort()
      await tx.insert(samples).values({ id: 21 })
    })
    await expect(running).rejects.toMatchObject(UNAVAILABLE)
    expect(await database.db.select().from(samples).where(sql`id in (20, 21)`)).toEqual([])
  })

  const sleepers = async () => {
    await using admin = open({ role: null })
    const [row] =
      await admin.sql`select count(*)::int as count from pg_stat_activity where query like ${"select pg_sleep(3), 'cancel%"}`
    return row?.count
  }
})

describe('a transaction', () => {
  it('fails when one of its statements did, though nobody looked', async () => {
    const swallowed = database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1/0`).catch(() => {})
    })
    await expect(swallowed).rejects.toMatchObject({ code: '22012' })
  })

  it('fails when its commit does', async () => {
    await database.db.execute(sql`create table probe.deferred (id int unique deferrable initially deferred)`)
    const late = database.db.transaction((tx) => tx.execute(sql`insert into probe.deferred values (1), (1)`))
    await expect(late).rejects.toMatchObject({ code: '23505' })
  })

  it('keeps what an inner one that failed had not touched', async () => {
    await database.db.transaction(async (tx) => {
      await tx.insert(samples).values({ id: 30 })
      await tx.transaction((inner) => inner.insert(samples).values({ id: 30 })).catch(() => {})
    })
    expect(await database.db.select({ id: samples.id }).from(samples).where(sql`id = 30`)).toEqual([{ id: 30 }])
  })

  it('does nothing more on its connection once it has ended', async () => {
    await using one = open({ maxConnections: 1 })
    const leaked = await one.db.transaction(async (tx) => ({ late: () => tx.insert(samples).values({ id: 40 }) }))
    await expect(leaked.late()).rejects.toBeInstanceOf(Error)
    expect(await one.db.select().from(samples).where(sql`id = 40`)).toEqual([])
  })

  it('never goes on by itself on a later connection when its own was killed', async () => {
    await using one = open({ maxConnections: 1 })
    await using admin = open({ role: null })
    const killed = one.db.transaction(async (tx) => {
      const [own] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await admin.sql`select pg_terminate_backend(${own?.pid ?? 0}, 1000)`
      await tx.execute(sql`select 1`).catch(() => {})
      // By now the connection may be another one.
      await tx.insert(samples).values({ id: 50 })
    })
    await expect(killed).rejects.toMatchObject(UNAVAILABLE)
    expect(await one.db.select().from(samples).where(sql`id = 50`)).toEqual([])
  })
})

describe('migrations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planet-migrations-'))
  const write = (statements: string) => {
    mkdirSync(join(folder, 'meta'), { recursive: true })
    const entries = [{ idx: 0, version: '7', when: 1_700_000_000_000, tag: '0000_first', breakpoints: true }]
    writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
    writeFileSync(join(folder, '0000_first.sql'), statements)
  }
  const FIRST = 'CREATE SCHEMA "moved";\n--> statement-breakpoint\nCREATE TABLE "moved"."thing" ("id" integer);'
  const options = () => ({ url: testDatabase.url, name: 'moved', migrationsFolder: folder })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are applied once when several starters apply them at once', async () => {
    write(FIRST)
    const start = async () => {
      await ensureRoleAndSchema(testDatabase.url, 'moved')
      await migrate(options())
    }
    await Promise.all([start(), start(), start()])
    await using moved = open({ role: 'planet_moved' })
    expect(
      await moved.db.execute(sql`select tableowner as owner from pg_tables where schemaname = 'moved' and tablename = 'thing'`),
    ).toEqual([{ owner: 'planet_moved' }])
    expect(await moved.db.execute(sql`select count(*)::int as count from moved.__drizzle_migrations`)).toEqual([{ count: 1 }])
  })

  it('are refused once they were edited after the release', async () => {
    write(`${FIRST}\n--> statement-breakpoint\nselect 1;`)
    await expect(migrate(options())).rejects.toThrow('edited')
  })
})

/** A query of drizzle begins when it is awaited. */
function started<Result>(query: PromiseLike<Result>): Promise<Result> {
  const running = Promise.resolve(query)
  running.catch(() => {})
  return running
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

/** Passes bytes on between a client and the server of `url` until told to swallow them: a server that hangs. */
async function startRelay(url: string) {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let silent = false
  const relay: Server = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => silent || to.write(bytes))
      from.on('close', () => to.destroy())
      from.on('error', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const address = relay.address()
  const own = new URL(url)
  own.port = String(address !== null && typeof address === 'object' ? address.port : 0)
  return {
    url: own.href,
    fallSilent: () => {
      silent = true
    },
    speak: () => {
      silent = false
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      relay.close()
    },
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processesIn, signalTo } from './embedded-postgres/processes.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { silentLog } from './log.ts'
import type { LoadCommand, LoadReport } from './testing/write-load.ts'

const KILLS = process.env.PLANET_TEST_LONG ? 100 : 3
/** Let so many rows come in between two kills. */
const ROWS_BETWEEN_KILLS = 300
const LOAD = fileURLToPath(new URL('./testing/write-load.ts', import.meta.url))

const home = mkdtempSync(join(tmpdir(), 'planet-kill-'))
const data = join(home, 'postgres', 'data')
let server: EmbeddedPostgres

beforeAll(async () => {
  server = await startEmbeddedPostgres({ home, log: silentLog })
  await withClient(async (sql) => {
    await sql`create table entry (key text primary key)`
    await sql`create table half (key text not null, half int not null, primary key (key, half))`
  })
})

afterAll(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

it(
  `loses no acknowledged write, hangs no call and lives on when Postgres is killed ${KILLS} times under load`,
  async () => {
    const load = startLoad()
    const recoveries: number[] = []
    for (let kill = 0; kill < KILLS; kill += 1) {
      await Promise.race([rowsToGrow(), load.ended])
      await delay(Math.random() * 50) // any moment of a transaction, not the same one each time
      const recovered = load.next('recovered')
      killEverything()
      load.tell({ kind: 'killed' })
      const returnedAt = await serverToReturn()
      const { at } = await recovered
      recoveries.push(Math.max(0, at - returnedAt))
    }
    const stopped = load.next('stopped')
    load.tell({ kind: 'stop' })
    const result = await stopped
    load.end()

    const stored = await withClient(async (sql) => ({
      keys: new Set((await sql<{ key: string }[]>`select key from entry`).map((row) => row.key)),
      halves: await sql`select key from entry left join half using (key) group by key having count(half) <> 2`,
    }))
    const { acknowledged, unexpected, longestCallMs, ...counts } = result
    const slowest = Math.max(...recoveries)
    console.info({ kills: KILLS, acknowledged: acknowledged.length, ...counts, longestCallMs, slowestRecoveryMs: slowest })
    expect(acknowledged.filter((key) => !stored.keys.has(key))).toEqual([])
    expect(stored.halves).toHaveLength(0)
    expect(unexpected).toEqual([])
    expect(longestCallMs).toBeLessThan(6_000)
    expect(slowest).toBeLessThan(1_000)
  },
  60_000 + KILLS * 10_000,
)

/** The postmaster and every process of it, at once. */
function killEverything(): void {
  const all = new Set([server.pid, ...processesIn(data)])
  for (const pid of all) signalTo(pid, 'SIGKILL')
}

async function rowsToGrow(): Promise<void> {
  const count = async () => Number((await withClient((sql) => sql`select count(*) from entry`))[0]?.count)
  const before = await count()
  while ((await count()) < before + ROWS_BETWEEN_KILLS) await delay(20)
}

/** When the server accepted a connection again, in milliseconds of the epoch. */
async function serverToReturn(): Promise<number> {
  for (;;) {
    try {
      await withClient((sql) => sql`select 1`)
      return Date.now()
    } catch {
      await delay(10)
    }
  }
}

async function withClient<Result>(work: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

function startLoad() {
  const child: ChildProcess = fork(LOAD, [server.url], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'], execArgv: [] })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const ended = once(child, 'exit').then(([code, signal]): never => {
    throw new Error(`The loaded process ended (${code ?? signal}): ${complaint}`)
  })
  ended.catch(() => {})
  return {
    /** Rejects when the process ends. */
    ended,
    tell: (command: LoadCommand) => void child.send(command),
    end: () => child.disconnect(),
    next: <Kind extends LoadReport['kind']>(kind: Kind) => {
      const report = new Promise<Extract<LoadReport, { kind: Kind }>>((resolve) => {
        const listen = (message: LoadReport) => {
          if (message.kind !== kind) return
          child.off('message', listen)
          // Its kind has just been compared.
          resolve(message as Extract<LoadReport, { kind: Kind }>)
        }
        child.on('message', listen)
      })
      const first = Promise.race([report, ended])
      first.catch(() => {})
      return first
    },
  }
}

import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { startEmbeddedPostgres } from '../embedded-postgres.ts'
import { silentLog } from '../log.ts'
import { RUN_VARIABLE, type TestRun } from './run.ts'

/** Room for some hundred databases of tests. */
const WANTED_BYTES = 2_000_000_000

type Running = { users: number; readonly started: Promise<() => Promise<void>> }

const RUNNING = Symbol.for('planet.testing.postgres')

/** Every project of the run calls this file, perhaps from a copy of its own, in the one main process of Vitest. */
const shared = globalThis as { [RUNNING]?: Running }

/**
 * Starts one Postgres for the whole run, or uses the one of DATABASE_URL, and tells the workers by their environment.
 * The last project to finish stops it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const running = (shared[RUNNING] ??= { users: 0, started: start() })
  running.users += 1
  const stop = await running.started
  return async () => {
    running.users -= 1
    if (running.users > 0) return
    delete shared[RUNNING]
    await stop()
  }
}

async function start(): Promise<() => Promise<void>> {
  const id = randomBytes(4).toString('hex')
  const given = process.env.DATABASE_URL
  if (given) {
    announce({ id, url: given })
    return () => dropDatabasesOf({ id, url: given })
  }
  const home = mkdtempSync(join(roomyFolder(), 'planet-test-'))
  const embedded = await startEmbeddedPostgres({ home, ephemeral: true, log: silentLog })
  announce({ id, url: embedded.url })
  return () => embedded.stop()
}

function announce(run: TestRun): void {
  process.env[RUN_VARIABLE] = JSON.stringify(run)
}

/** A database server that is not ours keeps nothing of the run. */
async function dropDatabasesOf(run: TestRun): Promise<void> {
  const sql = postgres(run.url, { max: 1, onnotice: () => {} })
  try {
    const left = await sql<
      { name: string }[]
    >`select datname as name from pg_database where datname like ${`planet_test_${run.id}%`}`
    for (const { name } of left) await sql`drop database ${sql(name)} with (force)`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Memory where there is enough of it (containers often have 64 MB), else the temporary folder. */
function roomyFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    if (bavail * bsize < WANTED_BYTES) return tmpdir()
    const probe = mkdtempSync('/dev/shm/planet-probe-')
    rmSync(probe, { recursive: true })
    return '/dev/shm'
  } catch {
    mkdirSync(tmpdir(), { recursive: true })
    return tmpdir()
  }
}

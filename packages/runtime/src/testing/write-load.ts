/**
 * A process that writes as fast as it can and tells its parent what was acknowledged: see `database.kill.test.ts`. It
 * runs apart so that a crash of the driver is seen as the end of a process.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { type Db, openDatabase, type Tx } from '../database.ts'
import { isCoded } from '../errors.ts'

/** More than there are connections: some wait in line at every moment. */
const WRITERS = 12
const CONNECTIONS = 8
const RETRY_AFTER_MS = 5

export type LoadCommand = { readonly kind: 'killed' } | { readonly kind: 'stop' }

export type LoadReport =
  /** The first success of a call that began after the kill; `at` in milliseconds of the epoch. */
  | { readonly kind: 'recovered'; readonly at: number }
  | {
      readonly kind: 'stopped'
      /** Keys whose transaction was reported as committed. */
      readonly acknowledged: readonly string[]
      readonly failedCalls: number
      /** Calls reported as failed whose transaction had been committed. */
      readonly failedButCommitted: number
      readonly longestCallMs: number
      /** Errors that were not UNAVAILABLE. */
      readonly unexpected: readonly string[]
    }

const url = process.argv[2]
if (!url || !process.send) throw new Error('usage: fork write-load.ts URL')
const database = openDatabase({ url, role: null, audience: 'interactive', maxConnections: CONNECTIONS })

const acknowledged: string[] = []
const unexpected: string[] = []
let failedCalls = 0
let failedButCommitted = 0
let longestCallMs = 0
let stopping = false
let killedAt: number | null = null

const report = (message: LoadReport) => process.send?.(message)

/** Two rows in one transaction, or none. False if an earlier attempt had written them. */
async function write(db: Db, key: string, shape: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [inserted] = await tx.execute(sql`insert into entry (key) values (${key}) on conflict do nothing returning key`)
    if (!inserted) return false
    await addHalves(tx, key, shape)
    return true
  })
}

async function addHalves(tx: Tx, key: string, shape: number): Promise<void> {
  const add = (on: Db | Tx, half: number) => on.execute(sql`insert into half (key, half) values (${key}, ${half})`)
  if (shape === 0) await Promise.all([add(tx, 1), add(tx, 2)])
  else if (shape === 1) await tx.transaction((inner) => add(inner, 1)).then(() => add(tx, 2))
  else await add(tx, 1).then(() => add(tx, 2))
}

async function attempt(key: string, shape: number, isRetry: boolean): Promise<boolean> {
  const began = Date.now()
  // Now and then a caller gives up, mostly in the middle.
  const db = shape === 3 ? database.cancelOnAbort(AbortSignal.timeout(2)) : database.db
  try {
    const isNew = await write(db, key, shape)
    acknowledged.push(key)
    if (!isNew && isRetry) failedButCommitted += 1
    if (killedAt !== null && began >= killedAt) {
      killedAt = null
      report({ kind: 'recovered', at: Date.now() })
    }
    return true
  } catch (error) {
    failedCalls += 1
    if (!isCoded(error) || error.extensions.code !== 'UNAVAILABLE') unexpected.push(String(error))
    await delay(RETRY_AFTER_MS)
    return false
  } finally {
    longestCallMs = Math.max(longestCallMs, Date.now() - began)
  }
}

async function writer(name: number): Promise<void> {
  for (let n = 0; !stopping; n += 1) {
    const key = `${name}-${n}`
    // A caller that gave up once does not give up again.
    for (let tries = 0; !stopping && !(await attempt(key, tries === 0 ? n % 4 : n % 3, tries > 0)); tries += 1);
  }
}

process.on('message', (command: LoadCommand) => {
  if (command.kind === 'killed') killedAt = Date.now()
  else stopping = true
})
// The parent has heard everything, or is gone.
process.on('disconnect', () => process.exit())
await Promise.all(Array.from({ length: WRITERS }, (_, name) => writer(name)))
await database.close()
report({ kind: 'stopped', acknowledged, failedCalls, failedButCommitted, longestCallMs, unexpected })

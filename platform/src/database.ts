import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '@planet/runtime/database'
import { startEmbeddedPostgres } from '@planet/runtime/embedded-postgres'
import { isCoded } from '@planet/runtime/errors'
import { replaceFile } from '@planet/runtime/kept-file'
import type { Logger } from '@planet/runtime/log'

/** A database to work on; `close` stops it if it was started for this. */
export type RunningDatabase = { readonly url: string; readonly isEmbedded: boolean; close(): Promise<void> }

const OLDEST_VERSION = 15
/** How long a database is waited for that cannot be reached: it may be starting too, or be busy with others who are. */
const REACH_LIMIT_MS = 30_000
const RETRY_MS = 250

/**
 * The user's own database, else the embedded one of `home`, started by this call. Waits for the user's own for at most
 * `reachLimitMs`; rejects with a message that names the variable.
 */
export async function startDatabase(
  home: string,
  databaseUrl: string | null,
  log: Logger,
  reachLimitMs = REACH_LIMIT_MS,
): Promise<RunningDatabase> {
  if (databaseUrl !== null) {
    await checkVersion(databaseUrl, log, reachLimitMs)
    return { url: databaseUrl, isEmbedded: false, close: async () => {} }
  }
  const embedded = await startEmbeddedPostgres({ home, log })
  const file = urlFile(home)
  replaceFile(file, embedded.url)
  return {
    url: embedded.url,
    isEmbedded: true,
    async close() {
      rmSync(file, { force: true })
      await embedded.stop()
    },
  }
}

/** As `startDatabase`, but joins the embedded database of a platform that is running on `home`. */
export async function joinDatabase(home: string, databaseUrl: string | null, log: Logger): Promise<RunningDatabase> {
  const running = databaseUrl === null ? await findRunning(home) : null
  return running === null ? startDatabase(home, databaseUrl, log) : { url: running, isEmbedded: true, close: async () => {} }
}

const urlFile = (home: string) => join(home, 'database-url')

async function findRunning(home: string): Promise<string | null> {
  try {
    const url = readFileSync(urlFile(home), 'utf8')
    await askVersion(url)
    return url
  } catch {
    // Nobody runs on this home, or somebody was killed and left the file.
    return null
  }
}

async function checkVersion(url: string, log: Logger, reachLimitMs: number): Promise<void> {
  const version = await askOnceReached(url, log, reachLimitMs).catch((cause: unknown) => {
    throw new Error('The database of DATABASE_URL cannot be reached.', { cause })
  })
  if (version < OLDEST_VERSION)
    throw new Error(`The database of DATABASE_URL is Postgres ${version}; it must be ${OLDEST_VERSION} or later.`)
}

/** A database that refuses us, for the password or the name, is not waited for. */
async function askOnceReached(url: string, log: Logger, reachLimitMs: number): Promise<number> {
  const end = performance.now() + reachLimitMs
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await askVersion(url)
    } catch (error) {
      if (!isCoded(error) || performance.now() >= end) throw error
      if (isFirst) log.warn({ waitMs: reachLimitMs }, 'the database of DATABASE_URL cannot be reached yet; waiting for it')
    }
    await delay(RETRY_MS)
  }
}

async function askVersion(url: string): Promise<number> {
  await using database = openDatabase({ url, role: null, audience: 'relay', maxConnections: 1 })
  const [row] = await database.sql<{ version: number }[]>`select current_setting('server_version_num')::int / 10000 as version`
  if (!row) throw new Error('no version')
  return row.version
}

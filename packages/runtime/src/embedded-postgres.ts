import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Account, chooseRunner, commandFor, type Runner } from './embedded-postgres/account.ts'
import { findBinaries } from './embedded-postgres/binaries.ts'
import { ensureDatabase } from './embedded-postgres/owner.ts'
import { killLeftovers, stopOrphans, takeOwnership } from './embedded-postgres/ownership.ts'
import { startOf, within } from './embedded-postgres/processes.ts'
import { type Supervised, supervise } from './embedded-postgres/supervisor.ts'
import { readOrMake } from './kept-file.ts'
import type { Logger } from './log.ts'

const MAJOR = '18'
/** The superuser. Its password is in the folder, and only this file logs in as it. */
const USER = 'planet'
const DATABASE = 'planet'
const PASSWORD = /^[\w-]+$/
const MAX_LOG_BYTES = 10_000_000
/** Crash recovery after a long run counts into this. */
const START_LIMIT_MS = 60_000

const SETTINGS = [
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300', 'huge_pages=off', 'jit=off'],
  ...['timezone=UTC', 'log_timezone=UTC', 'log_line_prefix=%m [%p] ', 'max_wal_size=1GB', 'random_page_cost=1.1'],
]
/** A database that dies with its test has nothing to save. */
const EPHEMERAL_SETTINGS = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0'],
  ...['autovacuum=off', 'io_method=sync', 'max_parallel_workers_per_gather=0'],
]

export type EmbeddedPostgres = {
  /** Of the owner of the database, who may create roles, schemas and databases, and is no superuser. */
  readonly url: string
  /** The server's main process; another one after a crash of the server, which is started again by itself. */
  readonly pid: number
  /** Shuts the server down and gives the folder up. */
  stop(): Promise<void>
}

export type EmbeddedPostgresOptions = {
  /** PLANET_HOME. The database lives in its folder `postgres`, readable by its owner only. */
  readonly home: string
  /** Of 127.0.0.1; a free one by default. */
  readonly port?: number
  /** For tests: nothing survives a crash of the machine, and `home` is removed in the end. */
  readonly ephemeral?: boolean
  /** For tests: the ways to run as root. */
  readonly accounts?: readonly Account[]
  readonly log: Logger
}

/**
 * Starts the Postgres that npm installed, in a folder of its own. It ends when `stop` is called and when this process
 * dies, however it dies. Throws if another living process uses `home`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, ephemeral = false } = options
  const home = resolve(options.home)
  const folder = join(home, 'postgres')
  const data = join(folder, 'data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const giveUp = takeOwnership(folder, home)
  try {
    await stopOrphans(data)
    const password = findOrMakePassword(folder)
    const runner = chooseRunner(findBinaries(), folder, options.accounts)
    await createData(runner, folder, data)
    const server = await keepRunning({ runner, folder, data, home, ephemeral, log, port: options.port ?? null })
    const superuserUrl = `postgres://${USER}:${password}@127.0.0.1:${server.port}/postgres`
    let url: string
    try {
      url = await ensureDatabase(superuserUrl, DATABASE)
    } catch (error) {
      await server.stop()
      if (!isWrongPassword(error)) throw error
      throw new Error(`${join(folder, 'password')} is not the password of the database beside it. ${wayOut(folder)}`)
    }
    return {
      url,
      get pid() {
        return readPid(data) ?? 0
      },
      stop: async () => {
        await server.stop()
        await killLeftovers(data)
        giveUp()
      },
    }
  } catch (error) {
    giveUp()
    throw error
  }
}

const wayOut = (folder: string) => `Put back what was there, or remove ${folder} to begin with an empty database.`

function findOrMakePassword(folder: string): string {
  const file = join(folder, 'password')
  const isNew = !existsSync(join(folder, 'data'))
  const make = () => {
    if (isNew) return randomBytes(24).toString('base64url')
    throw new Error(`${file} is missing: the database beside it cannot be opened without it. ${wayOut(folder)}`)
  }
  const found = readOrMake(file, make).trim()
  if (PASSWORD.test(found)) return found
  if (!isNew) throw new Error(`${file} is damaged: the database beside it cannot be opened without it. ${wayOut(folder)}`)
  // No database knows it yet.
  rmSync(file)
  return readOrMake(file, make)
}

/** Creates the data once; a half-made one of a crashed run is made anew. */
async function createData(runner: Runner, folder: string, data: string): Promise<void> {
  if (existsSync(data)) {
    const version = readVersion(data)
    if (version === MAJOR) return
    if (!/^\d+$/.test(version)) throw new Error(`${join(data, 'PG_VERSION')} is damaged or missing. ${wayOut(folder)}`)
    throw new Error(`${data} was written by Postgres ${version}; this Planet brings ${MAJOR}. Set PLANET_HOME to another folder.`)
  }
  const draft = `${data}.new`
  rmSync(draft, { recursive: true, force: true })
  const { file, args, identity } = commandFor(runner, 'initdb', [
    ...['--pgdata', draft, '--username', USER, '--pwfile', join(folder, 'password'), '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    // The password is random and long: rounds of hashing add nothing but time to every connection.
    ...['--set', 'scram_iterations=1', '--no-sync', '--no-instructions'],
  ])
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...identity })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  if (code !== 0) throw new Error(`The embedded Postgres could not create its data: ${complaint.trim()}`)
  renameSync(draft, data)
}

function readVersion(data: string): string {
  try {
    return readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
  } catch {
    return ''
  }
}

type Setup = {
  readonly runner: Runner
  readonly folder: string
  readonly data: string
  readonly home: string
  readonly ephemeral: boolean
  readonly log: Logger
  readonly port: number | null
}

/** Starts the server, and again on the same port whenever it dies without having been asked to. */
async function keepRunning(setup: Setup): Promise<{ port: number; stop(): Promise<void> }> {
  let stopping = false
  let port = await findFreePort(setup.port ?? 0)
  let server = await launch(setup, port)
  if (server === null && setup.port === null) {
    port = await findFreePort(0)
    server = await launch(setup, port)
  }
  if (server === null) throw new Error(`The embedded Postgres did not start. ${lastWords(setup.folder)}`)
  let current = server
  const watch = async () => {
    for (;;) {
      await current.gone
      if (stopping) return
      setup.log.error({ port }, 'the embedded Postgres died; starting it again')
      await killLeftovers(setup.data)
      const next = await launch(setup, port)
      if (next) current = next
      else await delay(100)
      if (stopping) return void (await current.end())
    }
  }
  const watching = watch()
  return {
    port,
    stop: async () => {
      stopping = true
      await current.end()
      await watching
    },
  }
}

/** A server that accepts connections; null if it ended before it did. */
async function launch(setup: Setup, port: number): Promise<Supervised | null> {
  const { runner, folder, data, home, ephemeral } = setup
  const settings = [...SETTINGS, ...(ephemeral ? EPHEMERAL_SETTINGS : []), `port=${port}`]
  const before = readPid(data)
  const log = openLog(folder)
  const server = supervise(runner, ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    log,
    remove: ephemeral ? home : '',
  })
  closeSync(log)
  let gone = false
  void server.gone.then(() => {
    gone = true
  })
  const isReady = () => readStatus(data) === 'ready' && readPid(data) !== before && startOf(readPid(data) ?? 0) !== null
  const settled = await within(START_LIMIT_MS, () => gone || isReady())
  if (settled && !gone) return server
  await server.end()
  return null
}

function openLog(folder: string): number {
  const file = openSync(join(folder, 'server.log'), 'a', 0o600)
  if (statSync(join(folder, 'server.log')).size > MAX_LOG_BYTES) ftruncateSync(file)
  return file
}

function lastWords(folder: string): string {
  const lines = readFileSync(join(folder, 'server.log'), 'utf8').trim().split('\n')
  return `Its log (${join(folder, 'server.log')}) ends with: ${lines.slice(-3).join(' / ')}`
}

/** 28P01: the server does not know the password. */
const isWrongPassword = (error: unknown) => error instanceof Error && 'code' in error && error.code === '28P01'

const PID_LINE = 0
const STATUS_LINE = 7

const readPid = (data: string): number | null => Number(readLine(data, PID_LINE)) || null
const readStatus = (data: string) => readLine(data, STATUS_LINE)

function readLine(data: string, line: number): string {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[line]?.trim() ?? ''
  } catch {
    return ''
  }
}

/** `port` itself, or one that the system chooses for 0. Throws if it is taken. */
function findFreePort(port: number): Promise<number> {
  const server = createServer()
  return new Promise((found, fail) => {
    server.once('error', (cause) => fail(new Error(`Port ${port} of 127.0.0.1, meant for the database, is in use.`, { cause })))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => found(address !== null && typeof address === 'object' ? address.port : port))
    })
  })
}

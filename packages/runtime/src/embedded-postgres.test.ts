import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterEach, describe, expect, it } from 'vitest'
import { chooseRunner, ROOT_ACCOUNTS } from './embedded-postgres/account.ts'
import { findBinaries } from './embedded-postgres/binaries.ts'
import { commandOf, processesIn, signalTo, startOf, within } from './embedded-postgres/processes.ts'
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts'
import { silentLog } from './log.ts'
import { PATIENCE_MS } from './testing/patience.ts'
import type { OwnerReport } from './testing/postgres-owner.ts'

const OWNER = fileURLToPath(new URL('./testing/postgres-owner.ts', import.meta.url))
const isRoot = process.getuid?.() === 0
const as = (uid: number) => [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
const canBeOrdinary = isRoot && spawnSync('setpriv', [...as(1234), 'test', '-r', OWNER]).status === 0

const folders: string[] = []
const children: ChildProcess[] = []

/** Nobody but its owner may enter it. */
function privateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'planet-embedded-'))
  folders.push(folder)
  return folder
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) {
    await within(PATIENCE_MS, () => processesIn(dataOf(folder)).length === 0)
    rmSync(folder, { recursive: true, force: true })
  }
})

const dataOf = (home: string) => join(home, 'postgres', 'data')
const postmasterOf = (home: string) => Number(readFileSync(join(dataOf(home), 'postmaster.pid'), 'utf8').split('\n')[0])
const start = (home: string, options: Partial<EmbeddedPostgresOptions> = {}) =>
  startEmbeddedPostgres({ home, log: silentLog, ...options })

async function query(url: string, text: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function startApart(home: string, ...args: string[]) {
  const child = fork(OWNER, [home, ...args], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  children.push(child)
  const [report]: OwnerReport[] = await once(child, 'message')
  return { child, ...report }
}

describe('an embedded Postgres', () => {
  it('keeps what was written from one run to the next, and its password to itself', async () => {
    const home = privateFolder()
    const first = await start(home)
    await query(first.url, 'create table kept (id int)')
    await first.stop()
    expect(processesIn(dataOf(home))).toEqual([])
    const second = await start(home)
    expect(await query(second.url, 'select * from kept')).toHaveLength(0)
    await expect(query(second.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(statSync(join(home, 'postgres', 'password')).mode & 0o077).toBe(0)
    expect(await query(second.url, 'show fsync')).toMatchObject([{ fsync: 'on' }])
    await second.stop()
  })

  it('let the platform read the files of the host as superuser; it gives it an owner of the database who may not', async () => {
    const home = privateFolder()
    const server = await start(home)
    const DENIED = { code: '42501' }
    expect(await query(server.url, 'select rolsuper from pg_roles where rolname = session_user')).toMatchObject([
      { rolsuper: false },
    ])
    await expect(query(server.url, `select pg_read_file('/etc/passwd')`)).rejects.toMatchObject(DENIED)
    await expect(query(server.url, `create table t (x text); copy t from program 'id'`)).rejects.toMatchObject(DENIED)
    await expect(query(server.url, 'grant pg_read_server_files to current_user')).rejects.toMatchObject(DENIED)
    await expect(query(server.url, 'set role planet')).rejects.toMatchObject(DENIED)
    await expect(query(server.url, 'alter role planet_owner superuser')).rejects.toMatchObject(DENIED)
    await server.stop()
  })

  it('hands over to that owner what an earlier version has made as superuser', async () => {
    const home = privateFolder()
    const first = await start(home)
    const superuser = new URL(first.url)
    superuser.username = 'planet'
    superuser.password = readFileSync(join(home, 'postgres', 'password'), 'utf8')
    await query(
      superuser.href,
      `alter database planet owner to planet; create role planet_old;
       create schema event_log; create table event_log.event (id bigserial primary key);
       create function event_log.f() returns int language sql as 'select 1';
       create schema old authorization planet_old; create table old.kept (id int); alter table old.kept owner to planet_old`,
    )
    await first.stop()
    const second = await start(home)
    const owners = `select nspowner::regrole::text as owner from pg_namespace where nspname = 'event_log'
      union all select relowner::regrole::text from pg_class where relnamespace = 'event_log'::regnamespace
      union all select proowner::regrole::text from pg_proc where pronamespace = 'event_log'::regnamespace
      union all select datdba::regrole::text from pg_database where datname = 'planet'`
    const found = await query(second.url, owners)
    expect(new Set(found.map(({ owner }) => owner))).toEqual(new Set(['planet_owner']))
    await query(second.url, 'alter role planet_old login; insert into event_log.event default values')
    expect(await query(second.url, `select tableowner from pg_tables where schemaname = 'old'`)).toMatchObject([
      { tableowner: 'planet_old' },
    ])
    await second.stop()
  })

  it('listens on the port it is given', async () => {
    const home = privateFolder()
    const free = await start(home)
    const { port } = new URL(free.url)
    await free.stop()
    const given = await start(home, { port: Number(port) })
    expect(new URL(given.url).port).toBe(port)
    const other = privateFolder()
    await expect(start(other, { port: Number(port) })).rejects.toThrow('in use')
    await given.stop()
  })

  it('starts again on its own when it was killed, at the same address', async () => {
    const home = privateFolder()
    const server = await start(home)
    const { pid } = server
    signalTo(pid, 'SIGKILL')
    expect(await within(PATIENCE_MS, () => server.pid !== pid && startOf(server.pid) !== null)).toBe(true)
    await expect.poll(() => query(server.url, 'select 1 as one').catch(() => null)).toMatchObject([{ one: 1 }])
    await server.stop()
    expect(processesIn(dataOf(home))).toEqual([])
  })

  it('refuses the data of another version', async () => {
    const home = privateFolder()
    mkdirSync(dataOf(home), { recursive: true })
    writeFileSync(join(dataOf(home), 'PG_VERSION'), '17\n')
    writeFileSync(join(home, 'postgres', 'password'), 'x')
    await expect(start(home)).rejects.toThrow('written by Postgres 17')
  })
})

describe('a folder', () => {
  it('belongs to one living process, and the refusal names PLANET_HOME', async () => {
    const home = privateFolder()
    const { child, ...first } = await startApart(home)
    expect(first).toHaveProperty('url')
    await expect(start(home)).rejects.toThrow(`process ${child.pid}) is using ${home}. Stop it, or set PLANET_HOME`)
  })

  it('is taken by one of many that start at once after a crash', async () => {
    const home = privateFolder()
    mkdirSync(join(home, 'postgres'))
    writeFileSync(join(home, 'postgres', 'owner'), '1 long ago')
    const all = await Promise.all([1, 2, 3].map(() => startApart(home)))
    expect(all.filter((one) => 'url' in one)).toHaveLength(1)
  })

  it('is taken over from a process that was killed together with the supervisor, its server stopped first', async () => {
    const home = privateFolder()
    const { child } = await startApart(home)
    const orphan = postmasterOf(home)
    // Stopped, it cannot clear up after the supervisor before it dies itself.
    child.kill('SIGSTOP')
    for (const pid of supervisorsOf(home)) signalTo(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(startOf(orphan)).not.toBeNull()
    const next = await start(home)
    expect(startOf(orphan)).toBeNull()
    expect(await query(next.url, 'select 1 as one')).toMatchObject([{ one: 1 }])
    await next.stop()
  })

  it('is usable though the number of a dead server has passed on to a stranger', async () => {
    const home = privateFolder()
    await (await start(home)).stop()
    writeFileSync(join(dataOf(home), 'postmaster.pid'), `${process.pid}\n${dataOf(home)}\n1\n1\n\n\n\nready\n`)
    const next = await start(home)
    expect(await query(next.url, 'select 1 as one')).toMatchObject([{ one: 1 }])
    await next.stop()
  })
})

describe('a broken file of a home', () => {
  const pidFileOf = (home: string) => join(dataOf(home), 'postmaster.pid')
  /** A home with a database, nobody running on it. */
  async function usedHome(): Promise<string> {
    const home = privateFolder()
    await (await start(home)).stop()
    return home
  }

  it.for([
    ['empty', ''],
    ['foreign', 'not of Postgres\n'],
    ['of process 1', '1\n/elsewhere\n1\n1\n\n\n\nready\n'],
  ])('postmaster.pid, %s, kept the database from ever starting', async ([, text]) => {
    const home = await usedHome()
    writeFileSync(pidFileOf(home), text ?? '')
    const next = await start(home)
    expect(await query(next.url, 'select 1 as one')).toMatchObject([{ one: 1 }])
    await next.stop()
  })

  it('the owner, if broken, is nobody', async () => {
    const home = await usedHome()
    writeFileSync(join(home, 'postgres', 'owner'), '')
    await (await start(home)).stop()
  })

  it.for([
    ['password', 'an empty one', ''],
    ['password', 'a wrong one', 'wrong'],
    ['password', 'no text', '\0\0\0'],
    ['data/PG_VERSION', 'an empty one', ''],
  ] as const)('%s, %s, was not named, nor what to do', async ([name, , text]) => {
    const home = await usedHome()
    const file = join(home, 'postgres', name)
    writeFileSync(file, text)
    const refusal = await start(home).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(refusal).toContain(file)
    expect(refusal).toContain(`remove ${join(home, 'postgres')} to begin`)
    expect(processesIn(dataOf(home))).toEqual([])
  })

  it('password, cut off before the database was made, is made anew', async () => {
    const home = privateFolder()
    mkdirSync(join(home, 'postgres'))
    writeFileSync(join(home, 'postgres', 'password'), '')
    const server = await start(home)
    expect(await query(server.url, 'select 1 as one')).toMatchObject([{ one: 1 }])
    await server.stop()
  })

  it('postmaster.pid, copied from a home whose path ends alike, ended the database there', async () => {
    const home = await usedHome()
    const other = join(privateFolder(), home)
    mkdirSync(other, { recursive: true })
    const { child } = await startApart(other)
    const server = postmasterOf(other)
    writeFileSync(pidFileOf(home), readFileSync(pidFileOf(other)))
    await (await start(home)).stop()
    expect(startOf(server)).not.toBeNull()
    child.kill('SIGKILL')
    expect(await within(PATIENCE_MS, () => processesIn(dataOf(other)).length === 0)).toBe(true)
  })
})

describe('the death of its parent', () => {
  it('ends it, by SIGKILL too, and leaves no process', async () => {
    const home = privateFolder()
    const { child } = await startApart(home)
    const supervisors = supervisorsOf(home)
    expect(supervisors.length).toBeGreaterThan(0)
    child.kill('SIGKILL')
    expect(await within(PATIENCE_MS, () => processesIn(dataOf(home)).length === 0)).toBe(true)
    expect(await within(PATIENCE_MS, () => supervisors.every((pid) => startOf(pid) === null))).toBe(true)
    const next = await start(home)
    await next.stop()
  })

  it('removes an ephemeral one altogether', async () => {
    const home = privateFolder()
    const { child } = await startApart(home, 'ephemeral')
    expect(existsSync(dataOf(home))).toBe(true)
    child.kill('SIGKILL')
    expect(await within(PATIENCE_MS, () => !existsSync(home))).toBe(true)
  })
})

describe.runIf(isRoot)('root', () => {
  it.for(ROOT_ACCOUNTS.filter((account) => account.uid === undefined))(
    'runs it through $name, below folders that only root may enter',
    async (account) => {
      const home = join(privateFolder(), 'deep', 'home')
      const server = await start(home, { accounts: [account] })
      expect(await query(server.url, 'select 1 as one')).toMatchObject([{ one: 1 }])
      await server.stop()
    },
  )

  it('runs it as nobody where neither is at hand', async () => {
    const home = privateFolder()
    chmodSync(home, 0o755)
    const server = await start(home, { accounts: ROOT_ACCOUNTS.filter((account) => account.name === 'nobody') })
    expect(statSync(`/proc/${server.pid}`).uid).toBe(65_534)
    await server.stop()
    const asRoot = await start(home)
    await asRoot.stop()
  })

  it('copies binaries that nobody may not read', () => {
    const [hidden, folder] = [privateFolder(), privateFolder()]
    chmodSync(folder, 0o755)
    symlinkSync(findBinaries(), join(hidden, 'native'))
    const nobody = ROOT_ACCOUNTS.filter((account) => account.name === 'nobody')
    expect(chooseRunner(join(hidden, 'native'), folder, nobody).binaries).toBe(join(folder, 'native'))
  })
})

describe.runIf(canBeOrdinary)('an ordinary user', () => {
  it.for([
    ['with a name', 65_534],
    ['without one', 1234],
  ] as const)('%s runs it as itself, below folders that others may not enter', ([, uid]) => {
    const folder = privateFolder()
    chownSync(folder, uid, uid)
    const module = (file: string) => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)))
    const script = `
      import { startEmbeddedPostgres } from ${module('./embedded-postgres.ts')}
      import { silentLog } from ${module('./log.ts')}
      const server = await startEmbeddedPostgres({ home: ${JSON.stringify(join(folder, 'home'))}, log: silentLog })
      await server.stop()`
    const args = [...as(uid), process.execPath, '--input-type=module', '--eval', script]
    const { status, stderr } = spawnSync('setpriv', args, { encoding: 'utf8', cwd: folder, env: { PATH: process.env.PATH } })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(statSync(dataOf(join(folder, 'home'))).uid).toBe(uid)
  })
})

/** The shells that watch over the server of `home`. */
function supervisorsOf(home: string): number[] {
  const { stdout } = spawnSync('ps', ['-e', '-o', 'pid='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0 && commandOf(pid).startsWith('sh ') && commandOf(pid).includes(dataOf(home)))
}

import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { archiveFacts } from './archive.ts'
import { createEventLog, type EventLog } from './log.ts'

const SIZE = 10
const TYPES = ['shop.Sold', 'shop.Opened']
const FILES = ['facts-000000000001-000000000010.jsonl.gz', 'facts-000000000011-000000000020.jsonl.gz']

let log: TestEventLog
let folder: string
const opened: EventLog[] = []
beforeEach(async () => {
  log = await createTestEventLog()
  await log.partitionBy(SIZE)
  log.startRelay()
  folder = mkdtempSync(join(tmpdir(), 'planet-archive-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((events) => events.close()))
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (archive: string | null = folder) => {
  const events = createEventLog(log.shop, { archive, ringSize: 1 })
  opened.push(events)
  return events
}

/** Commits the events `from` to `from + count - 1`, every fourth of which passes and every third is of another type. */
async function append(from: number, count: number) {
  for (let n = from; n < from + count; n++) {
    const type = n % 4 === 3 ? 'shop.Whispered' : n % 3 === 2 ? 'shop.Opened' : 'shop.Sold'
    await log.append(
      type === 'shop.Whispered' ? 'whispers' : `s/${n % 2}`,
      type,
      { version: 1, n, text: 'a "b" \\ ü' },
      new Date(1e12 + n),
    )
  }
  await open().settled()
}

const archive = (options: { before?: Date; drop?: boolean } = {}) =>
  archiveFacts({ adminUrl: log.url, before: options.before ?? new Date('2100-01-01'), folder, ...options })

/** Everything from the first fact on, in pages of `limit`. */
async function readAll(events = open(), limit = 3, types: readonly string[] = TYPES) {
  const seen: { n: unknown; pos: bigint; seq: bigint; stream: string; at: Date }[] = []
  for (let after = await events.origin(); ; ) {
    const page = await events.readFacts({ after, types, limit })
    expect(page.events.length).toBeLessThanOrEqual(limit)
    seen.push(...page.events.map(({ payload, pos, seq, stream, at }) => ({ n: payload.n, pos, seq, stream, at })))
    if (page.next === after) return seen
    after = page.next
  }
}
const facts = (count: number) => Array.from({ length: count }, (_, n) => n).filter((n) => n % 4 !== 3)
const tables = async () =>
  (
    await log.admin<{ name: string }[]>`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'event_log.fact'::regclass order by 1`
  ).map(({ name }) => name)

describe('the archive of facts', () => {
  it('is read by a consumer as if nothing had been put away', async () => {
    await append(0, 25)
    const before = await readAll()
    expect(before.map(({ n }) => n)).toEqual(facts(25))
    const archived = await archive()
    expect(archived.map(({ firstPos, lastPos, factCount, file }) => [firstPos, lastPos, factCount, file])).toEqual([
      [1n, 10n, 8, FILES[0]],
      [11n, 20n, 7, FILES[1]],
    ])
    expect(await tables()).not.toContain('fact_1')
    for (const limit of [1, 3, 100]) expect(await readAll(open(), limit)).toEqual(before)
    expect((await readAll(open(), 2, ['shop.Opened'])).map(({ n }) => n)).toEqual(facts(25).filter((n) => n % 3 === 2))
    await append(25, 3)
    expect((await readAll()).map(({ n }) => n)).toEqual(facts(28))
  })

  it('takes partitions that are full and hold nothing younger, the oldest first, and each only once', async () => {
    await append(0, 9)
    expect(await archive()).toEqual([])
    await append(9, 12)
    expect(await archive({ before: new Date('2020-01-01') })).toEqual([])
    await log.admin`update event_log.fact set logged_at = '2020-01-01' where pos <= 10`
    expect((await archive({ before: new Date('2020-01-02') })).map(({ file }) => file)).toEqual([FILES[0]])
    expect(readdirSync(folder)).toEqual([FILES[0]])
    expect((await archive()).map(({ file }) => file)).toEqual([FILES[1]])
    expect(await archive()).toEqual([])
  })

  it('leaves the detached table to the operator, unless told to drop it', async () => {
    await append(0, 21)
    const isThere = async (name: string) => (await log.admin`select from pg_class where relname = ${name}`).length === 1
    await log.admin`update event_log.fact set logged_at = '2020-01-01' where pos <= 10`
    await archive({ before: new Date('2020-01-02') })
    expect(await isThere('fact_1')).toBe(true)
    await archive({ drop: true })
    expect(await isThere('fact_11')).toBe(false)
  })

  it('shows clients none of it: their cursors have expired', async () => {
    await append(0, 21)
    const events = open()
    const origin = await events.origin()
    await archive()
    await log.expire()
    await expect(events.read({ after: origin, limit: 1 })).rejects.toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } })
  })

  it('holds a month that is empty of facts', async () => {
    for (let n = 0; n < 11; n++) await log.append('whispers', 'shop.Whispered', { version: 1, n })
    await open().settled()
    expect((await archive()).map(({ factCount }) => factCount)).toEqual([0])
    expect(await readAll()).toEqual([])
  })
})

describe('a consumer that reads the archive stops with a code and the name of the file', () => {
  beforeEach(async () => {
    await append(0, 25)
    await archive()
  })
  const lines = (text: string) => text.trimEnd().split('\n')
  const path = (index: number) => join(folder, FILES[index] ?? '')
  const rewrite = (index: number, change: (lines: string[]) => string[]) => {
    const text = gunzipSync(readFileSync(path(index))).toString()
    writeFileSync(path(index), gzipSync(`${change(lines(text)).join('\n')}\n`))
  }
  const fails = (code: string, index: number, events = open()) =>
    expect(readAll(events)).rejects.toMatchObject({ code, message: expect.stringContaining(FILES[index] ?? 'never') })

  it('where a fact was changed', async () => {
    rewrite(1, ([first = '', ...rest]) => [first.replace('"n":10', '"n":99'), ...rest])
    await fails('ARCHIVE_CHANGED', 1)
  })

  it('where a fact was taken out, one was doubled, or two change places', async () => {
    rewrite(0, (all) => all.slice(1))
    await fails('ARCHIVE_CHANGED', 0)
  })

  it('where one was doubled', async () => {
    rewrite(0, (all) => [all[0] ?? '', ...all])
    await fails('ARCHIVE_CHANGED', 0)
  })

  it('where two have changed places', async () => {
    rewrite(0, ([first = '', second = '', ...rest]) => [second, first, ...rest])
    await fails('ARCHIVE_CHANGED', 0)
  })

  it('where the file breaks off, is no archive, or is empty', async () => {
    const whole = readFileSync(path(0))
    for (const bytes of [whole.subarray(0, -20), whole.subarray(0, 30), Buffer.from('no archive'), Buffer.alloc(0)]) {
      writeFileSync(path(0), bytes)
      await fails('ARCHIVE_CHANGED', 0)
    }
    writeFileSync(path(0), whole)
    expect((await readAll()).map(({ n }) => n)).toEqual(facts(25))
  })

  it('where a file is missing in the middle, and goes on once it is back', async () => {
    const events = open()
    renameSync(path(1), `${path(1)}.away`)
    await fails('ARCHIVE_MISSING', 1, events)
    renameSync(`${path(1)}.away`, path(1))
    expect((await readAll(events)).map(({ n }) => n)).toEqual(facts(25))
  })

  it('where nobody says in which folder it is', async () => {
    await fails('ARCHIVE_MISSING', 0, open(null))
  })

  it('where no file is known for what it needs: it is older than the archive', async () => {
    await log.admin`delete from event_log.archive where first_pos = 1`
    await expect(readAll()).rejects.toMatchObject({
      code: 'ARCHIVE_MISSING',
      message: expect.stringContaining('from position 1 on'),
    })
  })

  it('where a newer platform has written it', async () => {
    await log.admin`update event_log.archive set format = 2 where first_pos = 11`
    await fails('ARCHIVE_UNKNOWN_FORMAT', 1)
  })
})

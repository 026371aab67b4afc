import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import postgres from 'postgres'
import { ARCHIVE_FORMAT, type ArchivedFact, type ArchivedPartition, measureFile } from './archive-file.ts'
import { EventLogFault } from './fault.ts'
import { findFactPartitions } from './page.ts'

/** Facts that are in memory at a time. */
const CHUNK = 2_000
/** How long readers and writers may be kept waiting for a partition to be detached, in milliseconds; then it is tried again. */
const LOCK_TIMEOUT_MS = 500
const ATTEMPTS = 20

/**
 * Puts away the oldest facts: of the partitions from the first on, those whose facts all got their position before `before`.
 * Each becomes a file of compressed JSON lines in `folder`, is read back and compared, and only then detached; its table stays,
 * apart from the log, unless `drop`. What was put away, the oldest first. One may run at a time; a broken off one is run again.
 */
export async function archiveFacts(options: {
  /** The owner of the log. */
  readonly adminUrl: string
  readonly before: Date
  readonly folder: string
  readonly drop?: boolean
  /** Told of each as soon as it is done. */
  readonly onArchived?: (partition: ArchivedPartition) => void
}): Promise<readonly ArchivedPartition[]> {
  const sql = postgres(options.adminUrl, { max: 2, onnotice: () => {}, fetch_types: false })
  const archived: ArchivedPartition[] = []
  try {
    const [lock] = await sql<{ mine: boolean }[]>`select pg_try_advisory_lock(hashtextextended('event_log.archive', 0)) as mine`
    if (!lock?.mine) throw new Error('Another archiving is at work.')
    await mkdir(options.folder, { recursive: true })
    for (const range of await dueRanges(sql, options.before)) {
      const partition = await writePartition(sql, range, options.folder)
      await detach(sql, range.table, partition, options.drop ?? false)
      archived.push(partition)
      options.onArchived?.(partition)
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
  return archived
}

type Range = { readonly table: string; readonly firstPos: bigint; readonly lastPos: bigint }

/** The partitions from the oldest on that are full and hold nothing that is younger. */
async function dueRanges(sql: postgres.Sql, before: Date): Promise<readonly Range[]> {
  const [head] = await sql<{ pos: string; covered: string }[]>`
    select pos::text, covered_until::text as covered from event_log.event_head`
  const partitions = await findFactPartitions(sql)
  const due: Range[] = []
  for (const [index, { name: table, firstPos }] of partitions.entries()) {
    const next = partitions[index + 1]
    const lastPos = next ? next.firstPos - 1n : BigInt(head?.covered ?? 0)
    if (BigInt(head?.pos ?? 0) < lastPos) break
    const [young] = await sql`select from event_log.${sql(table)} where logged_at >= ${before} limit 1`
    if (young) break
    due.push({ table, firstPos, lastPos })
  }
  return due
}

async function writePartition(
  sql: postgres.Sql,
  { table, firstPos, lastPos }: Range,
  folder: string,
): Promise<ArchivedPartition> {
  const file = `facts-${padded(firstPos)}-${padded(lastPos)}.jsonl.gz`
  const path = join(folder, file)
  const unfinished = `${path}.part`
  const hash = createHash('sha256')
  let factCount = 0
  async function* lines() {
    const facts = sql<ArchivedFact[]>`
      select f.pos::text, f.stream, f.seq::text, f.type, f.payload,
        to_json(f.at) #>> '{}' as at, to_json(f.logged_at) #>> '{}' as "loggedAt"
      from event_log.${sql(table)} f order by f.pos`
    for await (const chunk of facts.cursor(CHUNK)) {
      let text = ''
      for (const { pos, stream, seq, type, payload, at, loggedAt } of chunk) {
        text += `${JSON.stringify({ pos, stream, seq, type, payload, at, loggedAt })}\n`
        factCount++
      }
      hash.update(text)
      yield text
    }
  }
  await rm(unfinished, { force: true })
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(unfinished))
  await sync(unfinished)
  const partition = { firstPos, lastPos, factCount, sha256: hash.digest('hex'), file, format: ARCHIVE_FORMAT }
  const written = await measureFile(unfinished)
  const [stored] = await sql<{ count: string }[]>`select count(*)::text as count from event_log.${sql(table)}`
  if (written.sha256 !== partition.sha256 || written.factCount !== factCount || Number(stored?.count) !== factCount) {
    throw new EventLogFault('ARCHIVE_CHANGED', `${file} is not what ${table} holds; nothing was detached`)
  }
  await rename(unfinished, path)
  await sync(folder)
  return partition
}

async function detach(sql: postgres.Sql, table: string, partition: ArchivedPartition, drop: boolean): Promise<void> {
  const { firstPos, lastPos, factCount, sha256, file, format } = partition
  for (let attempt = 1; ; attempt++) {
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
        await tx`alter table event_log.fact detach partition event_log.${tx(table)}`
        await tx`insert into event_log.archive (first_pos, last_pos, fact_count, sha256, file, format)
          values (${firstPos.toString()}::bigint, ${lastPos.toString()}::bigint, ${factCount}, ${sha256}, ${file}, ${format})`
        await tx`update event_log.event_head set archived_until = ${lastPos.toString()}::bigint`
        if (drop) await tx`drop table event_log.${tx(table)}`
      })
      return
    } catch (error) {
      const isLocked = error instanceof postgres.PostgresError && error.code === '55P03'
      if (!isLocked || attempt === ATTEMPTS) throw error
    }
  }
}

const padded = (pos: bigint) => pos.toString().padStart(12, '0')

/** What is written survives the machine. */
async function sync(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

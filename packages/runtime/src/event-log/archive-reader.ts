import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type postgres from 'postgres'
import { ARCHIVE_FORMAT, type ArchivedFact, type ArchivedPartition, measureFile, openLines } from './archive-file.ts'
import { formatCursor, type Position } from './cursor.ts'
import type { LoggedEvent } from './event.ts'
import { EventLogFault } from './fault.ts'
import type { PositionedPage } from './page.ts'

/** Reads facts that were put away, page by page. */
export type ArchiveReader = {
  /**
   * The facts of `types` after `position`, at most `limit`, of the file that goes on from there. Throws an `EventLogFault`
   * that names the file: one that is missing, was changed or cannot be read is not passed over.
   */
  read(position: Position, types: readonly string[], limit: number): Promise<PositionedPage>
  close(): void
}

/** Files that are open because somebody will read on in them. */
const MAX_OPEN = 16

/** `folder` is where the files are; null where there is no archive. */
export function createArchiveReader(sql: postgres.Sql, folder: string | null): ArchiveReader {
  const checked = new Set<string>()
  /** Where each open file goes on, by file and position. */
  const open = new Map<string, ReturnType<typeof openLines>>()

  const partitionAfter = async ({ pos }: Position): Promise<ArchivedPartition> => {
    const next = (pos + 1n).toString()
    const [row] = await sql<
      { first_pos: string; last_pos: string; fact_count: string; sha256: string; file: string; format: number }[]
    >`
      select first_pos::text, last_pos::text, fact_count::text, sha256, file, format from event_log.archive
      where first_pos <= ${next}::bigint and last_pos >= ${next}::bigint`
    if (!row) {
      throw new EventLogFault(
        'ARCHIVE_MISSING',
        `the facts from position ${next} on were put away, and no file is known to hold them`,
      )
    }
    return {
      firstPos: BigInt(row.first_pos),
      lastPos: BigInt(row.last_pos),
      factCount: Number(row.fact_count),
      sha256: row.sha256,
      file: row.file,
      format: row.format,
    }
  }

  const pathOf = async (partition: ArchivedPartition): Promise<string> => {
    const { file, format, factCount, sha256 } = partition
    if (folder === null) {
      throw new EventLogFault('ARCHIVE_MISSING', `${file} is needed; say in PLANET_EVENTS_ARCHIVE in which folder it is`)
    }
    if (format > ARCHIVE_FORMAT) {
      throw new EventLogFault(
        'ARCHIVE_UNKNOWN_FORMAT',
        `${file} is of format ${format}, the newest known here is ${ARCHIVE_FORMAT}`,
      )
    }
    const path = join(folder, file)
    if (checked.has(file)) return path
    const found = await access(path).then(
      () => true,
      () => false,
    )
    if (!found) throw new EventLogFault('ARCHIVE_MISSING', `${file} is not in ${folder}`)
    const is = await measureFile(path).catch((error: unknown) => {
      throw new EventLogFault('ARCHIVE_CHANGED', `${file} cannot be read`, { cause: error })
    })
    if (is.factCount !== factCount || is.sha256 !== sha256) {
      throw new EventLogFault('ARCHIVE_CHANGED', `${file} holds ${is.factCount} facts, ${factCount} were written, or other ones`)
    }
    checked.add(file)
    return path
  }

  const keepOpen = (key: string, lines: ReturnType<typeof openLines>) => {
    open.set(key, lines)
    const [oldest] = open
    if (open.size > MAX_OPEN && oldest) {
      open.delete(oldest[0])
      void oldest[1].return()
    }
  }

  return {
    async read(position, types, limit) {
      const { epoch, pos } = position
      const partition = await partitionAfter(position)
      const path = await pathOf(partition)
      const key = `${partition.file} ${pos}`
      const lines = open.get(key) ?? openLines(path)
      open.delete(key)
      const wanted = new Set(types)
      const events: LoggedEvent[] = []
      for (;;) {
        const { value: line, done } = await lines.next()
        if (done) return { events, end: { epoch, pos: partition.lastPos } }
        const event = eventOf(line, epoch)
        if (event.pos <= pos || !wanted.has(event.type)) continue
        events.push(event)
        if (events.length < limit) continue
        keepOpen(`${partition.file} ${event.pos}`, lines)
        return { events, end: { epoch, pos: event.pos } }
      }
    },
    close() {
      for (const lines of open.values()) void lines.return()
      open.clear()
    },
  }
}

function eventOf(line: string, epoch: string): LoggedEvent {
  const { pos: text, seq, at, loggedAt, ...fact } = JSON.parse(line) as ArchivedFact
  const pos = BigInt(text)
  const times = { at: new Date(at), loggedAt: new Date(loggedAt) }
  return { ...fact, pos, seq: BigInt(seq), cursor: formatCursor({ epoch, pos }), ...times }
}

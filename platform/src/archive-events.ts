import { archiveFacts } from '@planet/runtime/event-log/archive'
import { InvalidArgumentError } from 'commander'
import type { Terminal } from './terminal.ts'

export type ArchiveOptions = { readonly before: Date; readonly to: string; readonly drop: boolean }

/** A day in UTC, `YYYY-MM-DD`, or an instant in ISO 8601. */
export function dateOf(text: string): Date {
  const date = /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('Must be a day such as 2026-03-01.')
  return date
}

/** Puts facts away and says which, partition by partition. `databaseUrl` is the administrator's. */
export async function archiveEvents(
  databaseUrl: string,
  { before, to, drop }: ArchiveOptions,
  terminal: Terminal,
): Promise<void> {
  const archived = await archiveFacts({
    adminUrl: databaseUrl,
    before,
    folder: to,
    drop,
    onArchived: ({ firstPos, lastPos, factCount, file }) =>
      terminal.say(`${factCount} facts of positions ${firstPos} to ${lastPos}: ${file}`),
  })
  if (archived.length === 0) terminal.say(`No partition of facts is full and older than ${before.toISOString()}.`)
}

import { openDatabase } from '@planet/runtime/database'
import type { Terminal } from './terminal.ts'

export type RetryOptions = { readonly consumer?: string }

/** Marks what consumers have set aside to be tried again, and says what it is. `databaseUrl` is the administrator's. */
export async function retryEvents(
  databaseUrl: string,
  { consumer: only }: RetryOptions,
  terminal: Pick<Terminal, 'say'>,
): Promise<void> {
  const consumer = only ?? null
  await using database = openDatabase({ url: databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
  const aside = await database.sql<{ consumer: string; pos: string; type: string; stream: string; error: string | null }[]>`
    with due as (
      update event_log.set_aside set retry_at = now() where ${consumer}::text is null or consumer = ${consumer}
      returning consumer, pos, type, stream, error
    )
    select consumer, pos::text as pos, type, stream, error from due order by consumer, due.pos`
  for (const { consumer: name, pos, type, stream, error } of aside) {
    terminal.say(`${name}: ${type} at ${pos} (${stream}): ${error ?? 'waits for an earlier one'}`)
  }
  terminal.say(aside.length === 0 ? 'Nothing is set aside.' : `${aside.length} to be tried again.`)
}

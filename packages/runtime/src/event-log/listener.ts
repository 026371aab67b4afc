import postgres from 'postgres'

/**
 * Listens to `channel` on a connection of its own, made like those of `sql`. Rejects when the database cannot be reached.
 * Not `sql.listen`: a listener of that dies for good when the database is away while it reconnects.
 */
export async function openListener(
  sql: postgres.Sql,
  channel: string,
  on: { readonly notify: () => void; readonly close: () => void },
): Promise<{ close(): Promise<void> }> {
  const onclose = () => {
    void own.end({ timeout: 0 }).catch(() => {})
    on.close()
  }
  // The driver takes its own parsed options back and knows `onnotify`; its types tell of neither.
  const options = {
    ...sql.options,
    max: 1,
    idle_timeout: null,
    max_lifetime: null,
    fetch_types: false,
    onclose,
    onnotify: on.notify,
  }
  const own = postgres(options as unknown as postgres.Options<Record<string, never>>)
  try {
    await own`listen ${own(channel)}`
  } catch (error) {
    await own.end({ timeout: 0 })
    throw error
  }
  return { close: () => own.end({ timeout: 0 }) }
}

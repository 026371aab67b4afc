import postgres from 'postgres'

/** Holds the lock on `table` that lets nobody even read it while `work` runs. */
export async function whileLocked(url: string, table: string, work: () => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const [locking, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = sql.begin(async (tx) => {
    await tx.unsafe(`lock table ${table} in access exclusive mode`)
    locking.resolve()
    await release.promise
  })
  holding.catch(locking.reject)
  try {
    await locking.promise
    await work()
  } finally {
    release.resolve()
    await holding
    await sql.end({ timeout: 5 })
  }
}

/** How many statements of ours wait for a lock in the database of `sql`. */
export async function countWaiting(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name like 'planet%' and wait_event_type = 'Lock'`
  return row?.count ?? -1
}

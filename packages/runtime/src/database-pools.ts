import type { Caller } from './database/abandonment.ts'
import { type Database, type Db, openDatabase, roleOf } from './database.ts'
import { hasRole } from './viewer.ts'

/** The pools of one subgraph, of which none can starve another. */
export type DatabasePools = {
  /** For what requests of all callers have in common; nobody's going away stops it. */
  readonly shared: Database
  /** For workers. */
  readonly workers: Database
  /** For one request: analysts ask for much and have a pool of their own. */
  dbFor(caller: Caller): Db
  close(): Promise<void>
}

const WORKER_CONNECTIONS = 4

/** Opens the pools of subgraph `name`; nothing is connected before it is used. */
export function openPools(url: string, name: string): DatabasePools {
  const connect = { url, role: roleOf(name) }
  const shared = openDatabase({ ...connect, audience: 'interactive' })
  const analysts = openDatabase({ ...connect, audience: 'analyst' })
  const workers = openDatabase({ ...connect, audience: 'relay', maxConnections: WORKER_CONNECTIONS, plans: 'generic' })
  return {
    shared,
    workers,
    dbFor: ({ viewer, abandonment }) => (hasRole(viewer, 'analyst') ? analysts : shared).cancelOnAbort(abandonment),
    close: async () => {
      await Promise.all([shared.close(), analysts.close(), workers.close()])
    },
  }
}

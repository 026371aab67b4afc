import type { Db } from '@planet/runtime/database'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { findSessionsToSnapshot, insertSnapshotOnce } from './db/snapshot.ts'
import { HIDDEN_MS } from './domain/consensus.ts'
import type { Rooms } from './rooms.ts'

/** Sessions read in one round. */
const BATCH = 50

/**
 * Writes the consensus of live sessions down where it has changed, at most once in 10 seconds of the platform's time. Any
 * number of replicas may run: the first one writes.
 */
export const createSnapshotWorker = (db: Db, rooms: Rooms, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker =>
  createTicker({ name: 'snapshots', clock, log, step: (now) => snapshotNext(db, rooms, now) })

/** True if anything was written: there may be more. */
async function snapshotNext(db: Db, rooms: Rooms, now: Date): Promise<boolean> {
  const shownFrom = new Date(now.getTime() - HIDDEN_MS)
  const due = await findSessionsToSnapshot(db, now, shownFrom, BATCH)
  let hasWritten = false
  for (const consensus of await rooms.read(due)) {
    if (!consensus || consensus.state === 'HIDDEN') continue
    const { session, ...taken } = consensus
    if (await insertSnapshotOnce(db, session.id, taken)) hasWritten = true
  }
  return hasWritten
}

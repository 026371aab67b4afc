import type { Db } from '@planet/runtime/database'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { hasDueOrder, lockDueOrders, updateOrdersExpired, updateOrdersWaiting } from './db/order.ts'
import { emitOrderChanged } from './events.ts'
import { decideMatches, matchOrder } from './matching.ts'

/** Orders looked at in one transaction. */
const BATCH = 200
/** How long to leave orders alone that a rival is at. */
const RIVAL_MS = 5

/** The paper exchange: fills and expires orders as the clock goes on. Any number of replicas may run. */
export const createMatchingWorker = (db: Db, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker =>
  createTicker({ name: 'matching', clock, log, step: (now) => matchDueOrders(db, now) })

/** True if anything was due: there may be more. */
async function matchDueOrders(db: Db, now: Date): Promise<boolean> {
  if (!(await hasDueOrder(db, now))) return false
  const { count, filled } = await db.transaction(async (tx) => {
    const orders = await lockDueOrders(tx, now, BATCH)
    const matches = await decideMatches(tx, orders, now)
    const expired = await updateOrdersExpired(
      tx,
      matches.flatMap(({ order, decision }) => (decision.kind === 'Expired' ? [order.id] : [])),
    )
    const waiting = matches.flatMap(({ order, decision }) =>
      decision.kind === 'Waiting' ? [{ id: order.id, dueAt: decision.dueAt }] : [],
    )
    await updateOrdersWaiting(tx, waiting, now)
    // Streams are locked until the commit: in one order everywhere.
    for (const order of expired) await emitOrderChanged(tx, order.expiresAt ?? now, order)
    return {
      count: orders.length,
      filled: matches.filter(({ decision }) => decision.kind === 'Filled').map(({ order }) => order.id),
    }
  })
  const failures: unknown[] = []
  for (const id of filled) await matchOrder(db, id, now).catch((error: unknown) => failures.push(error))
  // One that fails must not hold up those behind it.
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} orders could not be filled`)
  if (count === 0) await new Promise((resolve) => setTimeout(resolve, RIVAL_MS))
  return true
}

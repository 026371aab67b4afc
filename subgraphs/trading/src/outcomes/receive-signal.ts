import type { Tx } from '@planet/runtime/database'
import type { Logger } from '@planet/runtime/log'
import { findRivalSignals, insertSignalOnce, planOf, type SignalRow } from '../copies/db/signal.ts'
import type { signals } from '../copies/db/tables.ts'
import { insertOutcome } from './db/signal-outcome.ts'
import { decideDuplicate, type SignalStake } from './domain/duplicate.ts'
import { isFinal } from './domain/evaluation.ts'
import { unscored } from './domain/outcome.ts'
import { evaluateSignals } from './evaluation.ts'
import { emitSignalSettled } from './events.ts'

/**
 * Stores a plan that was published, once, with its first outcome: as of its publication nothing has happened to it, but
 * it may be a duplicate or no plan at all, and then that is final.
 */
export async function receiveSignal(
  tx: Tx,
  signal: typeof signals.$inferSelect,
  audience: SignalRow['audience'],
  log: Logger,
): Promise<void> {
  if (!(await insertSignalOnce(tx, signal))) return
  const published = { ...signal, audience, retractedAt: null }
  const isDuplicate = await isOneOfMany(tx, signal, log)
  const [evaluation] = await evaluateSignals(tx, [published], signal.publishedAt, log)
  const outcome = isDuplicate
    ? unscored(planOf(published), 'DUPLICATE')
    : (evaluation?.outcome ?? unscored(planOf(published), 'INVALID'))
  const isOver = isFinal(outcome.state)
  await insertOutcome(tx, signal.id, outcome, isOver ? null : signal.publishedAt)
  if (isOver) await emitSignalSettled(tx, published, outcome)
}

/** Whether the author had an open signal on the same side of the same instrument at that moment, whatever has become of it since. */
async function isOneOfMany(tx: Tx, signal: typeof signals.$inferSelect, log: Logger): Promise<boolean> {
  const rivals = await findRivalSignals(tx, signal)
  const evaluations = await evaluateSignals(tx, rivals, signal.publishedAt, log)
  const earlier = rivals.map((rival, index) => ({
    ...stakeOf(rival),
    settledAt: rival.settledAt ?? evaluations[index]?.outcome?.settledAt ?? null,
  }))
  return decideDuplicate({ ...stakeOf(signal), revisesId: null }, earlier).kind === 'Duplicate'
}

const stakeOf = (signal: typeof signals.$inferSelect): SignalStake => ({
  ...signal,
  signalId: signal.id,
  creatorId: signal.authorId,
})

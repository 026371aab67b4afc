import type { Tx } from '@planet/runtime/database'
import { utcDay } from '@planet/runtime/instant'
import type { Logger } from '@planet/runtime/log'
import { planOf, type SignalRow } from '../copies/db/signal.ts'
import { insertMarkedCreatorOnce } from './db/day-mark.ts'
import { findRivalSignals, insertOutcomeOnce, outcomeColumns } from './db/signal-outcome.ts'
import { decideDuplicate, type SignalStake } from './domain/duplicate.ts'
import { isFinal } from './domain/evaluation.ts'
import { unscored } from './domain/outcome.ts'
import { evaluateSignals } from './evaluation.ts'
import { emitSignalSettled } from './events.ts'

/**
 * Gives a signal its first outcome by the rules as they are now: as of its publication nothing has happened to it, but it may
 * be a duplicate or no plan at all, and then that is final.
 */
export async function openOutcome(tx: Tx, signal: SignalRow, log: Logger): Promise<void> {
  const isDuplicate = await isOneOfMany(tx, signal, log)
  const [evaluation] = await evaluateSignals(tx, [signal], signal.publishedAt, log)
  const outcome = isDuplicate
    ? unscored(planOf(signal), 'DUPLICATE')
    : (evaluation?.outcome ?? unscored(planOf(signal), 'INVALID'))
  const isOver = isFinal(outcome.state)
  const columns = outcomeColumns(outcome)
  const isNew = await insertOutcomeOnce(tx, signal.id, columns, isOver ? null : signal.publishedAt)
  if (!isNew) return
  if (outcome.state !== 'DUPLICATE' && outcome.state !== 'INVALID')
    await insertMarkedCreatorOnce(tx, signal.authorId, utcDay(signal.publishedAt))
  if (isOver) await emitSignalSettled(tx, signal, columns)
}

/** Whether the author had an open signal on the same side of the same instrument at that moment, whatever has become of it since. */
async function isOneOfMany(tx: Tx, signal: SignalRow, log: Logger): Promise<boolean> {
  const rivals = await findRivalSignals(tx, signal)
  const evaluations = await evaluateSignals(tx, rivals, signal.publishedAt, log)
  const earlier = rivals.map((rival, index) => ({
    ...stakeOf(rival),
    settledAt: rival.settledAt ?? evaluations[index]?.outcome?.settledAt ?? null,
  }))
  return decideDuplicate({ ...stakeOf(signal), revisesId: null }, earlier).kind === 'Duplicate'
}

const stakeOf = (signal: SignalRow): SignalStake => ({
  ...signal,
  signalId: signal.id,
  creatorId: signal.authorId,
})

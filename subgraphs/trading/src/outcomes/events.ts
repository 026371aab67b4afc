import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { SignalSettled } from '@planet/runtime/events/trading'
import type { SignalRow } from '../copies/db/signal.ts'
import type { SignalOutcome } from './domain/outcome.ts'

/** With a final outcome, once. A plan that is not scored is over at once, when it is published. */
export const emitSignalSettled = (
  tx: Tx,
  { id: signalId, postId, authorId, audience, publishedAt }: SignalRow,
  outcome: Pick<SignalOutcome, 'state' | 'reason' | 'rGross' | 'rNet' | 'settledAt' | 'methodVersion'>,
) => {
  const { state, reason, rGross, rNet, methodVersion } = outcome
  const settledAt = outcome.settledAt ?? publishedAt
  const settled = { signalId, postId, authorId, audience, state, reason, rGross, rNet, settledAt, methodVersion }
  return emit(tx, SignalSettled, settledAt, settled)
}

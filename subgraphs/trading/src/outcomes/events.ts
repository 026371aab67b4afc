import type { Tx } from '@planet/runtime/database'
import { emit, type LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'
import { z } from 'zod'
import type { SignalRow } from '../copies/db/signal.ts'
import type { SignalOutcome } from './domain/outcome.ts'

/** The stream of the final outcomes of a creator's public signals, in which `seq` counts them. */
export const outcomesStream = (creatorId: Id<'User'>): string => `outcomes:${creatorId}`

export const SIGNAL_SETTLED = 'trading.SignalSettled'

/** Where a signal's settling is told: those for circles must leave no hole among the public ones. */
export const settlementStream = ({ authorId, audience }: Pick<SignalRow, 'authorId' | 'audience'>): string =>
  audience === 'PUBLIC' ? outcomesStream(authorId) : `creator:${authorId}`

/** With a final outcome, once. A plan that is not scored is over at once, when it is published. */
export const emitSignalSettled = (
  tx: Tx,
  signal: SignalRow,
  outcome: Pick<SignalOutcome, 'state' | 'reason' | 'rGross' | 'rNet' | 'settledAt' | 'methodVersion'>,
) => {
  const settledAt = outcome.settledAt ?? signal.publishedAt
  return emit(tx, {
    stream: settlementStream(signal),
    type: SIGNAL_SETTLED,
    at: settledAt,
    payload: {
      signalId: signal.id,
      postId: signal.postId,
      authorId: signal.authorId,
      state: outcome.state,
      reason: outcome.reason,
      rGross: outcome.rGross,
      rNet: outcome.rNet,
      settledAt: settledAt.toISOString(),
      methodVersion: outcome.methodVersion,
    },
  })
}

const SignalSettled = z.object({ signalId: z.uuid().transform((id) => requireId<'Signal'>(id)) })

export const readSignalSettled = (event: LoggedEvent) => SignalSettled.parse(event.payload)

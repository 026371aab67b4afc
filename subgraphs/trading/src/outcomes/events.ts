import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { CreatorDayMarked, SignalSettled } from '@planet/runtime/events/trading'
import type { SignalRow } from '../copies/db/signal.ts'
import type { CreatorDayMarkRow } from './db/day-mark.ts'
import type { OutcomeColumns } from './db/signal-outcome.ts'
import { fillOf } from './db/stored-fill.ts'
import type { Mark } from './domain/day-mark.ts'

/** With a final outcome, once for each version of the rules. A plan that is not scored is over at once, when it is published. */
export const emitSignalSettled = (tx: Tx, signal: SignalRow, outcome: OutcomeColumns) => {
  const { id: signalId, postId, authorId, audience, instrumentId, side, conviction, publishedAt } = signal
  const { evaluatedThrough: _, ...told } = outcome
  const settledAt = outcome.settledAt ?? publishedAt
  const fills = outcome.fills.map(fillOf)
  const entry = fills.find(({ kind }) => kind === 'ENTRY') ?? null
  return emit(tx, SignalSettled, settledAt, {
    signalId,
    postId,
    authorId,
    audience,
    instrumentId,
    side,
    conviction,
    publishedAt,
    ...told,
    entryAt: entry?.at ?? null,
    entryPrice: entry?.price ?? null,
    fills,
    settledAt,
  })
}

/** Once for each creator, day and version of the rules, with those of the signals that were open. */
export const emitCreatorDayMarked = (
  tx: Tx,
  endOfDay: Date,
  mark: CreatorDayMarkRow,
  open: readonly (Mark & { readonly signal: SignalRow })[],
) =>
  emit(tx, CreatorDayMarked, endOfDay, {
    ...mark,
    signals: open.map(({ signal: { id: signalId, audience, instrumentId }, ...ofSignal }) => ({
      signalId,
      audience,
      instrumentId,
      ...ofSignal,
    })),
  })

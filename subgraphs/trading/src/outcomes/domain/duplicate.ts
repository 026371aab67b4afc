import type { Side } from '../../copies/domain/signal.ts'

/** What decides whether two signals are the same bet. */
export type SignalStake = {
  readonly signalId: string
  readonly creatorId: string
  readonly instrumentId: string
  readonly side: Side
  readonly publishedAt: Date
}

/** An earlier signal that is itself scored, with its `settledAt`: null while it is still open or waits for its entry. */
export type EarlierSignal = SignalStake & { readonly settledAt: Date | null }

export type DuplicateDecision = { readonly kind: 'Scored' } | { readonly kind: 'Duplicate'; readonly ofSignalId: string }

/**
 * A creator has at most one open signal per instrument and side, so that averaging down out of sight changes no record.
 * `revisesId` is the signal that this one replaces: it closes at the next open and does not count as open. `earlier` may
 * hold anything; signals that are duplicates themselves are not to be in it.
 */
export function decideDuplicate(
  candidate: SignalStake & { readonly revisesId: string | null },
  earlier: readonly EarlierSignal[],
): DuplicateDecision {
  const open = earlier.find(
    (other) =>
      other.signalId !== candidate.signalId &&
      other.signalId !== candidate.revisesId &&
      other.creatorId === candidate.creatorId &&
      other.instrumentId === candidate.instrumentId &&
      other.side === candidate.side &&
      isBefore(other, candidate) &&
      (other.settledAt === null || other.settledAt > candidate.publishedAt),
  )
  return open ? { kind: 'Duplicate', ofSignalId: open.signalId } : { kind: 'Scored' }
}

/** Of two published at the same instant the smaller id, made first, is the earlier. */
const isBefore = (a: SignalStake, b: SignalStake): boolean =>
  a.publishedAt < b.publishedAt || (a.publishedAt.getTime() === b.publishedAt.getTime() && a.signalId < b.signalId)

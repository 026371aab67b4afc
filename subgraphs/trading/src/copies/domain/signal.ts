import type { Decimal } from '@planet/runtime/decimal'

export type Side = 'LONG' | 'SHORT'

export type Target = {
  readonly price: Decimal
  /** Share of the whole position that is closed here, in (0, 1]. */
  readonly fraction: Decimal
}

/** What the outcome of a signal depends on. The plan is immutable; the posts subgraph states it. */
export type SignalPlan = {
  readonly side: Side
  readonly entryKind: 'MARKET' | 'LIMIT'
  /** The limit of a LIMIT entry; the author's reference price of a MARKET entry, which fills where the market opens. */
  readonly entry: Decimal
  readonly stop: Decimal
  /** Away from the entry, nearest first. What they leave open runs to the stop or the horizon. */
  readonly targets: readonly Target[]
  readonly publishedAt: Date
  /** End of the horizon. */
  readonly expiresAt: Date
  /** Until when a LIMIT entry stands; null means as long as the horizon, and for a MARKET entry. */
  readonly entryExpiresAt: Date | null
  /** After so many targets the stop stands at the entry. Null: it never moves. */
  readonly moveStopToEntryAfter: number | null
}

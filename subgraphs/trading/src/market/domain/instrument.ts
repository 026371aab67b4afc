import { type Decimal, decimal, mulUp } from '@planet/runtime/decimal'
import type { Interval } from './candle.ts'

const BASIS_POINT = decimal('0.0001')

/** What an instrument is a claim on. */
export type AssetClass = 'CRYPTO' | 'EQUITY'

/** On which candles signals of an instrument are evaluated; it has none before its first import. */
export const signalIntervalOf = (instrument: { readonly signalInterval: Interval | null } | null): Interval =>
  instrument?.signalInterval ?? '1d'

/** The share of a notional that is charged: a basis point is 0.0001. Exact for fees of at most 14 digits after the point. */
export const feeRateOf = (feeBps: Decimal): Decimal => mulUp(feeBps, BASIS_POINT)

import type { Interval } from './candle.ts'

/** What an instrument is a claim on. */
export type AssetClass = 'CRYPTO' | 'EQUITY'

/** On which candles signals of an instrument are evaluated; it has none before its first import. */
export const signalIntervalOf = (instrument: { readonly signalInterval: Interval | null } | null): Interval =>
  instrument?.signalInterval ?? '1d'

/** Candles of one instrument from one source, as CSV text with the columns `open_time,open,high,low,close,volume`. */
export type Series = {
  readonly symbol: string
  readonly venue: string
  readonly assetClass: 'CRYPTO' | 'EQUITY'
  readonly tradingCalendar: 'CONTINUOUS' | 'SESSIONS'
  readonly interval: '1m' | '5m' | '15m' | '1h' | '4h' | '1d'
  readonly flags: readonly 'FIXING'[]
  readonly csv: string
}

export const CSV_HEADER = 'open_time,open,high,low,close,volume'

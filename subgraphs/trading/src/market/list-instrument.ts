import type { Db } from '@planet/runtime/database'
import { type Decimal, isPositive } from '@planet/runtime/decimal'
import { newId } from '@planet/runtime/ids'
import { findInstrumentBySymbol, type InstrumentRow } from './db/instrument.ts'
import { insertInstrument } from './db/instrument-writes.ts'
import type { Interval } from './domain/candle.ts'
import type { Calendar } from './domain/candle-gap.ts'
import type { AssetClass } from './domain/instrument.ts'
import { emitInstrumentListed } from './events.ts'

/** What the schema's type `Instrument` says of each. */
export type Listing = {
  readonly symbol: string
  readonly venue: string
  readonly assetClass: AssetClass
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly tickSize: Decimal
  readonly lotSize: Decimal
  /** 0 or more, below 10,000. */
  readonly feeBps: Decimal
  readonly tradingCalendar: Calendar
  /** On whose candles signals are evaluated. Left out: the interval of the first import. */
  readonly signalInterval?: Interval
}

const CODE = /^[A-Za-z0-9._:-]{1,40}$/
const WHOLE_BPS = 10_000n * 10n ** 18n

/**
 * Lists an instrument once: a repeat returns what is listed under the symbol at the venue, unchanged. Emits
 * `trading.InstrumentListed` with the first. Throws for a listing that makes no sense.
 */
export async function listInstrument(db: Db, listing: Listing, now: Date): Promise<InstrumentRow> {
  checkListing(listing)
  const { symbol, venue, signalInterval = null, ...terms } = listing
  return db.transaction(async (tx) => {
    const instrument = await insertInstrument(tx, { id: newId(now), symbol, venue, signalInterval, ...terms })
    if (instrument) {
      await emitInstrumentListed(tx, now, instrument)
      return instrument
    }
    const earlier = await findInstrumentBySymbol(tx, symbol, venue)
    if (!earlier) throw new Error(`instrument ${symbol} at ${venue} conflicts with nothing`)
    return earlier
  })
}

function checkListing({ symbol, venue, baseAsset, quoteAsset, tickSize, lotSize, feeBps }: Listing): void {
  for (const code of [symbol, venue, baseAsset, quoteAsset]) {
    if (!CODE.test(code)) throw new Error(`not a symbol, venue or asset: ${JSON.stringify(code)}`)
  }
  if (!isPositive(tickSize) || !isPositive(lotSize)) throw new Error(`${symbol}: tick size and lot size must be above zero`)
  if (feeBps.units < 0n || feeBps.units >= WHOLE_BPS) throw new Error(`${symbol}: the fee must be 0 or more and below 10,000 bps`)
}

import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { InstrumentListed } from '@planet/runtime/events/trading'
import type { InstrumentRow } from './db/instrument.ts'

export const emitInstrumentListed = (tx: Tx, at: Date, instrument: InstrumentRow) => {
  const { id: instrumentId, symbol, venue, assetClass, baseAsset, quoteAsset, tickSize, lotSize } = instrument
  return emit(tx, InstrumentListed, at, {
    instrumentId,
    symbol,
    venue,
    assetClass,
    baseAsset,
    quoteAsset,
    tickSize,
    lotSize,
  })
}

import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { emit } from '@planet/runtime/event-log/log'
import type { InstrumentRow } from './db/instrument.ts'

/** Consumers and payloads are listed in `docs/events.md`. */
export const emitInstrumentListed = (tx: Tx, at: Date, instrument: InstrumentRow) =>
  emit(tx, {
    stream: `instrument:${instrument.id}`,
    type: 'trading.InstrumentListed',
    at,
    payload: {
      instrumentId: instrument.id,
      symbol: instrument.symbol,
      venue: instrument.venue,
      assetClass: instrument.assetClass,
      baseAsset: instrument.baseAsset,
      quoteAsset: instrument.quoteAsset,
      tickSize: formatDecimal(instrument.tickSize),
      lotSize: formatDecimal(instrument.lotSize),
    },
  })

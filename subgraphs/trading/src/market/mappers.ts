import type { CandleRow, LastPriceRow } from './db/candle.ts'
import type { InstrumentRow } from './db/instrument.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CandleMapper = CandleRow
export type InstrumentMapper = InstrumentRow
export type LastPriceMapper = LastPriceRow

import { Candle } from './Candle.ts'
import { Instrument } from './Instrument.ts'
import { Query } from './Query.ts'

export const marketResolvers = {
  Query,
  Candle,
  Instrument,
}

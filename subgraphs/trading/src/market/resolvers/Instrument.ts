import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { InstrumentResolvers } from '../../generated/resolvers.ts'
import { candleKey } from '../db/candle.ts'
import { intervalName, intervalOf } from '../domain/interval-name.ts'

export const Instrument: InstrumentResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const instrumentId = parseId<'Instrument'>(id)
    return instrumentId && ctx.loaders.instrument.load(instrumentId)
  },
  intervals: async (instrument, _, ctx) => (await ctx.loaders.intervals.load(instrument.id)).map(intervalName),
  lastPrice: (instrument, _, ctx) => ctx.loaders.lastPrice.load(instrument.id),
  candles: (instrument, { interval, ...args }, ctx) =>
    connection(args, (page) => ctx.loaders.candles(intervalOf(interval)).load({ parentId: instrument.id, ...page }), candleKey),
}

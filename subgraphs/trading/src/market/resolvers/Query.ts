import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { findInstrumentBySymbol, findInstrumentsPage, instrumentKey } from '../db/instrument.ts'

export const Query: Pick<QueryResolvers, 'instrument' | 'instrumentBySymbol' | 'instruments' | 'platformTime'> = {
  instrument: (_, { id }, ctx) => {
    const instrumentId = parseId<'Instrument'>(id)
    return instrumentId && ctx.loaders.instrument.load(instrumentId)
  },
  instrumentBySymbol: (_, { symbol, venue }, ctx) => findInstrumentBySymbol(ctx.db, symbol, venue ?? null),
  instruments: (_, args, ctx) => connection(args, (page) => findInstrumentsPage(ctx.db, page), instrumentKey),
  platformTime: (_, __, ctx) => ctx.now(),
}

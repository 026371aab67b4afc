import type { CashtagResolvers } from '../../generated/resolvers.ts'

export const Cashtag: CashtagResolvers = {
  instrument: (cashtag) => ({ id: cashtag.instrumentId }),
}

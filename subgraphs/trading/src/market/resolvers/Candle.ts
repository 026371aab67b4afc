import type { CandleResolvers } from '../../generated/resolvers.ts'

export const Candle: CandleResolvers = {
  // A word of an operator to the outlier guard is nothing about the market.
  flags: (candle, _, ctx) => [
    ...candle.flags.filter((flag) => flag !== 'CONFIRMED'),
    ...(candle.outlierSince && candle.outlierSince <= ctx.now() ? (['OUTLIER'] as const) : []),
  ],
}

import { decimal } from '@planet/runtime/decimal'
import { parseId } from '@planet/runtime/ids'
import type { SignalResolvers } from '../../generated/resolvers.ts'

export const Signal: SignalResolvers = {
  __resolveReference: async ({ id }, ctx) => {
    const signalId = parseId<'Signal'>(id)
    const signal = signalId && (await ctx.loaders.signal.load(signalId))
    // Whoever may not see the post must not see its plan either.
    return signal && (await ctx.loaders.post.load(signal.postId)) ? signal : null
  },
  post: async (signal, _, ctx) => {
    const post = await ctx.loaders.post.load(signal.postId)
    if (!post) throw new Error(`signal ${signal.id} is shown without its post`)
    return post
  },
  instrument: (signal) => ({ id: signal.instrumentId }),
  targets: (signal) => signal.targets.map(({ price, fraction }) => ({ price: decimal(price), fraction: decimal(fraction) })),
  horizon: (signal) => signal.horizonMs,
}

import { decimal } from '@planet/runtime/decimal'
import { parseId } from '@planet/runtime/ids'
import type { SignalFillKind, SignalFillResolvers, SignalOutcomeResolvers, SignalResolvers } from '../../generated/resolvers.ts'
import { intervalName } from '../../market/domain/interval-name.ts'
import type { FillKind } from '../domain/position.ts'

export const Signal: SignalResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'Signal'>(reference.id)
    return id && { id }
  },
  outcome: (signal, _, ctx) => ctx.loaders.outcome.load(signal.id),
}

export const SignalOutcome: SignalOutcomeResolvers = {
  resolution: ({ resolution }) => resolution && intervalName(resolution),
}

const FILL_KINDS: Record<FillKind, SignalFillKind> = {
  ENTRY: 'ENTRY',
  TARGET: 'TARGET',
  STOP: 'STOP',
  STOP_GAP: 'STOP',
  EXPIRED: 'EXPIRY',
  RETRACTED: 'CLOSE',
  REVISED: 'CLOSE',
}

export const SignalFill: SignalFillResolvers = {
  at: (fill) => new Date(fill.at),
  kind: (fill) => FILL_KINDS[fill.kind],
  price: (fill) => decimal(fill.price),
  fraction: (fill) => decimal(fill.fraction),
}

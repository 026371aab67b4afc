import type { ContextPinResolvers } from '../../generated/resolvers.ts'

export const ContextPin: ContextPinResolvers = {
  instrument: (pin) => pin.instrumentId && { id: pin.instrumentId },
  pinnedBy: (pin) => ({ id: pin.pinnedBy }),
}

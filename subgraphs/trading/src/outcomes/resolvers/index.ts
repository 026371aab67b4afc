import { Signal, SignalFill, SignalOutcome } from './Signal.ts'
import { Subscription } from './Subscription.ts'

export const outcomesResolvers = {
  Subscription,
  Signal,
  SignalFill,
  SignalOutcome,
}

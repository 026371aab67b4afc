import { ContextPin } from './ContextPin.ts'
import { LiveSession } from './LiveSession.ts'
import { pinContext } from './pinContext.ts'
import { TimelineMoment } from './TimelineMoment.ts'
import { unpinContext } from './unpinContext.ts'

export const pinsResolvers = {
  Mutation: { pinContext, unpinContext },
  LiveSession,
  ContextPin,
  TimelineMoment,
}

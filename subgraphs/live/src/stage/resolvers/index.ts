import { acceptInvite } from './acceptInvite.ts'
import { GuestSeat } from './GuestSeat.ts'
import { inviteGuest } from './inviteGuest.ts'
import { LiveSession } from './LiveSession.ts'
import { leaveStage } from './leaveStage.ts'
import { removeGuest } from './removeGuest.ts'
import { requestSeat } from './requestSeat.ts'
import { Stage } from './Stage.ts'
import { Subscription } from './Subscription.ts'

export const stageResolvers = {
  Mutation: { requestSeat, inviteGuest, acceptInvite, removeGuest, leaveStage },
  Subscription,
  LiveSession,
  Stage,
  GuestSeat,
}

import { heartbeat } from '../audience/resolvers/heartbeat.ts'
import { releaseBullet } from '../chat/resolvers/releaseBullet.ts'
import { removeBullet } from '../chat/resolvers/removeBullet.ts'
import { sendBullet } from '../chat/resolvers/sendBullet.ts'
import type { MutationResolvers } from '../generated/resolvers.ts'
import { pinContext } from '../pins/resolvers/pinContext.ts'
import { unpinContext } from '../pins/resolvers/unpinContext.ts'
import { answerQuestion } from '../questions/resolvers/answerQuestion.ts'
import { askQuestion } from '../questions/resolvers/askQuestion.ts'
import { dismissQuestion } from '../questions/resolvers/dismissQuestion.ts'
import { takeQuestion } from '../questions/resolvers/takeQuestion.ts'
import { upvoteQuestion } from '../questions/resolvers/upvoteQuestion.ts'
import { sessionHooks } from '../session-hooks.ts'
import { banFromSession } from '../sessions/resolvers/banFromSession.ts'
import { unbanFromSession } from '../sessions/resolvers/unbanFromSession.ts'
import { acceptInvite } from '../stage/resolvers/acceptInvite.ts'
import { inviteGuest } from '../stage/resolvers/inviteGuest.ts'
import { leaveStage } from '../stage/resolvers/leaveStage.ts'
import { removeGuest } from '../stage/resolvers/removeGuest.ts'
import { requestSeat } from '../stage/resolvers/requestSeat.ts'

/** What can be done in a session beside voting. */
export const roomMutations = {
  sendBullet,
  removeBullet,
  releaseBullet,
  banFromSession: banFromSession(sessionHooks),
  unbanFromSession,
  requestSeat,
  inviteGuest,
  acceptInvite,
  removeGuest,
  leaveStage,
  askQuestion,
  upvoteQuestion,
  takeQuestion,
  answerQuestion,
  dismissQuestion,
  pinContext,
  unpinContext,
  heartbeat,
} satisfies Partial<MutationResolvers>

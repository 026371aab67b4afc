import { clearAudience } from './audience/clear-audience.ts'
import { clearChat } from './chat/clear-chat.ts'
import { readCrowdRecord } from './predictions/db/prediction.ts'
import { lockAtEnd } from './predictions/lock-prediction.ts'
import { clearBoard } from './questions/move-question.ts'
import { EXTREMISING_EXPONENT } from './sessions/domain/extremising.ts'
import type { SessionHooks } from './sessions/hooks.ts'
import { emptyStage, takeOffStage } from './stage/change-seat.ts'
import { readRoomIn } from './voting/db/room-votes.ts'
import { chooseExponent } from './voting/domain/record.ts'
import { keepConsensus } from './voting/keep-consensus.ts'

/** Where an act of a session crosses subjects. */
export const sessionHooks: SessionHooks = {
  chooseExponent: async (tx) => chooseExponent(await readCrowdRecord(tx), EXTREMISING_EXPONENT),

  async concludeVotes(tx, session, hostProbabilityUp, now) {
    const { consensus, votes } = await readRoomIn(tx, session.id, now)
    const refusal = await lockAtEnd(tx, session, consensus, hostProbabilityUp, now)
    if (refusal) return refusal
    await keepConsensus(tx, session.id, consensus, votes)
    return null
  },

  /** Waits for whoever is acting on the session's stage, questions or chat; who comes after finds it over. */
  async clearRoom(tx, sessionId, now) {
    await emptyStage(tx, sessionId, now)
    await clearBoard(tx, sessionId, now)
    await clearChat(tx, sessionId)
    await clearAudience(tx, sessionId, now)
  },

  takeOffStage,
}

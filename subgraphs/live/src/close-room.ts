import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { clearAudience } from './audience/db/audience.ts'
import { emitViewersCounted } from './audience/events.ts'
import { forgetBuckets, lockChat } from './chat/db/chat.ts'
import { lockBoard, setBoardSeq } from './questions/db/question-board.ts'
import { emitQuestionsChanged } from './questions/events.ts'
import { finishAnswer } from './questions/move-question.ts'
import { recordMoment } from './sessions/events.ts'
import { clearStage, lockStage } from './stage/db/stage.ts'
import { emitStageChanged } from './stage/events.ts'

/**
 * Everybody leaves a session that has ended in the same transaction. Waits for whoever is acting on its stage, questions or
 * chat; who comes after finds it over.
 */
export async function closeRoom(tx: Tx, sessionId: Id<'LiveSession'>, now: Date): Promise<void> {
  const stage = await lockStage(tx, sessionId)
  const boardSeq = (await lockBoard(tx, sessionId)) + 1
  await lockChat(tx, sessionId)

  const stageSeq = stage.seq + 1
  for (const userId of await clearStage(tx, sessionId, stageSeq, now)) {
    await recordMoment(tx, { sessionId, kind: 'GUEST_LEFT', at: now, userId })
  }
  await finishAnswer(tx, sessionId, now)
  await setBoardSeq(tx, sessionId, boardSeq)
  await clearAudience(tx, sessionId)
  await forgetBuckets(tx, sessionId)
  await recordMoment(tx, { sessionId, kind: 'ENDED', at: now })

  await emitStageChanged(tx, now, { sessionId, userId: null, seq: stageSeq })
  await emitQuestionsChanged(tx, now, { sessionId, questionId: null, seq: boardSeq })
  await emitViewersCounted(tx, now, { sessionId, viewerCount: 0 })
}

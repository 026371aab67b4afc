import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { liveSessions } from '../../sessions/db/tables.ts'
import { countOpenQuestions, findAnswering, findQuestionPages, type QuestionRow } from './question.ts'
import { questionBoards } from './tables.ts'

type SessionId = Id<'LiveSession'>

/** Questions that a board shows, at most. */
const MAX_SHOWN = 50

/** The questions of a session that wait. */
export type BoardState = {
  readonly sessionId: SessionId
  readonly seq: number
  readonly answering: QuestionRow | null
  readonly questions: readonly QuestionRow[]
  readonly openCount: number
  readonly isOver: boolean
}

/** Locks the board until commit, so that questions move and votes count one at a time; its `seq`. */
export async function lockBoard(tx: Tx, sessionId: SessionId): Promise<number> {
  const [row] = await tx
    .insert(questionBoards)
    .values({ sessionId })
    .onConflictDoUpdate({ target: questionBoards.sessionId, set: { sessionId } })
    .returning()
  if (!row) throw new Error(`no board of ${sessionId}`)
  return row.seq
}

export async function setBoardSeq(tx: Tx, sessionId: SessionId, seq: number): Promise<void> {
  await tx.update(questionBoards).set({ seq }).where(eq(questionBoards.sessionId, sessionId))
}

/** Null if there is no such session. */
export function findBoard(db: Db, sessionId: SessionId): Promise<BoardState | null> {
  return db.transaction(
    async (tx) => {
      const [session] = await tx
        .select({ status: liveSessions.status, seq: questionBoards.seq })
        .from(liveSessions)
        .leftJoin(questionBoards, eq(questionBoards.sessionId, liveSessions.id))
        .where(eq(liveSessions.id, sessionId))
      if (!session) return null
      const open = await findQuestionPages(tx, [sessionId], 'OPEN', { after: null, limit: MAX_SHOWN })
      return {
        sessionId,
        seq: session.seq ?? 0,
        answering: await findAnswering(tx, sessionId),
        questions: open.get(sessionId) ?? [],
        openCount: await countOpenQuestions(tx, sessionId),
        isOver: session.status === 'ENDED',
      }
    },
    // `seq` and the questions are of one snapshot.
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}

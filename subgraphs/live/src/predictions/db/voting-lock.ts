import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, sql } from 'drizzle-orm'
import type { LiveSessionRow } from '../../sessions/db/live-session.ts'
import { liveSessions } from '../../sessions/db/tables.ts'

/**
 * Refuses votes since `at`, or takes them again (null). Counts as a change of the consensus, so that whoever follows it is
 * told. Lock the session first.
 */
export async function setVotingLock(tx: Tx, id: Id<'LiveSession'>, votingLockedAt: Date | null): Promise<LiveSessionRow> {
  const [row] = await tx
    .update(liveSessions)
    .set({ votingLockedAt, consensusSeq: sql`${liveSessions.consensusSeq} + 1` })
    .where(eq(liveSessions.id, id))
    .returning()
  if (!row) throw new Error(`no session ${id}`)
  return row
}

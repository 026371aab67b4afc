/** What a session's timeline tells. */
export type MomentKind =
  | 'STARTED'
  | 'GUEST_JOINED'
  | 'GUEST_LEFT'
  | 'CONTEXT_PINNED'
  | 'CONTEXT_UNPINNED'
  | 'QUESTION_TAKEN'
  | 'QUESTION_ANSWERED'
  | 'PREDICTION_LOCKED'
  | 'VOTING_OPENED'
  | 'ENDED'

const MAX_INT = 2 ** 31 - 1

/** Milliseconds from the session's start to `at`, 0 for what came before it; null while it has not started. */
export function offsetMs(startedAt: Date | null, at: Date): number | null {
  return startedAt && Math.min(MAX_INT, Math.max(0, at.getTime() - startedAt.getTime()))
}

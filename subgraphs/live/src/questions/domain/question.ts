/** Where a question is in its life: OPEN, then maybe ANSWERING, then ANSWERED or DISMISSED. */
export type QuestionState = 'OPEN' | 'ANSWERING' | 'ANSWERED' | 'DISMISSED'

export const MAX_QUESTION = 300
/** Open questions of one user in one session. */
export const MAX_OPEN_QUESTIONS = 3

/** What a host may do with a question. */
export type QuestionStep = 'take' | 'answer' | 'dismiss'

export type QuestionDecision =
  /** `answerAt` is when the answer began. */
  | { readonly kind: 'Moved'; readonly state: QuestionState; readonly answerAt: Date | null }
  | { readonly kind: 'WrongQuestionState'; readonly state: QuestionState }

const STEPS: Record<QuestionStep, { readonly from: readonly QuestionState[]; readonly to: QuestionState }> = {
  take: { from: ['OPEN'], to: 'ANSWERING' },
  answer: { from: ['OPEN', 'ANSWERING'], to: 'ANSWERED' },
  dismiss: { from: ['OPEN', 'ANSWERING'], to: 'DISMISSED' },
}

/** Whether a question may take `step` at `now`. An answer began when the question was taken, or else when it was answered. */
export function decideQuestion(
  { state, answerAt }: { readonly state: QuestionState; readonly answerAt: Date | null },
  step: QuestionStep,
  now: Date,
): QuestionDecision {
  const { from, to } = STEPS[step]
  if (!from.includes(state)) return { kind: 'WrongQuestionState', state }
  return { kind: 'Moved', state: to, answerAt: answerAt ?? (to === 'DISMISSED' ? null : now) }
}

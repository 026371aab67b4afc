import { invalidInput } from '@planet/runtime/refusals'
import type { QuestionState } from './question.ts'

export const noSuchQuestionOfHost = () =>
  invalidInput([{ field: 'questionId', message: 'No such question in a session of yours.' }])

const QUESTION_WORD: Record<QuestionState, string> = {
  OPEN: 'open',
  ANSWERING: 'being answered',
  ANSWERED: 'answered',
  DISMISSED: 'put aside',
}

export const wrongQuestionState = (state: QuestionState) => ({
  __typename: 'WrongQuestionState' as const,
  code: 'WRONG_QUESTION_STATE',
  message: `The question is ${QUESTION_WORD[state]}.`,
  state,
})

export const tooManyQuestions = (limit: number) => ({
  __typename: 'TooManyQuestions' as const,
  code: 'TOO_MANY_QUESTIONS',
  message: `You have ${limit} open questions in this session; wait for an answer.`,
  limit,
})

import { answerQuestion } from './answerQuestion.ts'
import { askQuestion } from './askQuestion.ts'
import { dismissQuestion } from './dismissQuestion.ts'
import { LiveSession } from './LiveSession.ts'
import { Question } from './Question.ts'
import { QuestionBoard } from './QuestionBoard.ts'
import { Subscription } from './Subscription.ts'
import { TimelineMoment } from './TimelineMoment.ts'
import { takeQuestion } from './takeQuestion.ts'
import { upvoteQuestion } from './upvoteQuestion.ts'

export const questionsResolvers = {
  Mutation: { askQuestion, upvoteQuestion, takeQuestion, answerQuestion, dismissQuestion },
  Subscription,
  LiveSession,
  Question,
  QuestionBoard,
  TimelineMoment,
}

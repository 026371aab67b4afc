import type { QuestionRow } from './db/question.ts'
import type { BoardState } from './db/question-board.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type QuestionMapper = QuestionRow
export type QuestionBoardMapper = BoardState

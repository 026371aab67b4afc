import type { QueryPlan } from '@apollo/query-planner'
import { codedError } from '@planet/runtime/errors'

/** An operation to be planned; the name is needed where the document holds several. */
export type PlanRequest = { readonly document: string; readonly operationName: string | undefined }

/** Plans the operations of one supergraph. Rejects with what the planner threw, or with a coded error where a limit is met. */
export type Planner = {
  plan(request: PlanRequest): Promise<QueryPlan>
  /** The plan as text, for people. */
  explain(request: PlanRequest): Promise<string>
  close(): Promise<void>
}

/** What took too long or too much memory. Said of the operation, not of the moment: it would again. */
export const tooMuchToPlan = () => codedError('BAD_USER_INPUT', 'The operation cannot be planned. Ask for less at once.')

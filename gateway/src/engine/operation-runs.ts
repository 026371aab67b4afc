import { randomUUID } from 'node:crypto'
import type { Logger } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import { Abandonment } from '../abandonment.ts'
import type { Operation } from '../admission/admission.ts'
import { type Answer, refusedWith } from '../answer.ts'
import { failedResult, maskErrors, maskResult } from '../masking.ts'
import type { Caller } from '../operations.ts'
import { type Call, callOf } from '../subgraphs/call.ts'
import { boundedText, notInTime, withinBytes, withoutData } from './bounds.ts'
import type { Engine } from './engine.ts'
import { type TimeLimit, withinTime } from './time-limit.ts'

/** For so long an operation of an application fetches. Then it is answered with what is there, or refused. */
export const REQUEST_DEADLINE_MS = 5_000
const LIMIT: TimeLimit = { fetchingMs: REQUEST_DEADLINE_MS, writingMs: 150 }

/** For whom an operation is run, and by the engine of which schema: of the one that admitted it. */
type Runner = Caller & { readonly engine: Engine }

/** Runs operations, each within its time. Never rejects: what went wrong is in the result, masked, and in the log. */
export type OperationRuns = {
  readonly execute: (operation: Operation, runner: Runner) => Promise<ExecutionResult>
  /** As `execute`, for whoever only passes the answer on. */
  readonly answer: (operation: Operation, runner: Runner) => Promise<Answer>
}

export function createOperationRuns(log: Logger, maxAnswerBytes: number): OperationRuns {
  return {
    execute: (operation, runner) =>
      runFor(
        runner,
        async (call) => maskResult(await runner.engine.execute(operation, call), call.requestId, log),
        (error, requestId) => failedResult(error, requestId, log),
        () => ({ data: null, errors: [notInTime()] }),
      ),
    answer: (operation, runner) =>
      runFor(
        runner,
        async (call) => {
          const { engine } = runner
          const answer = withinBytes(
            engine.executeText
              ? await engine.executeText(operation, call)
              : await boundedText(await engine.execute(operation, call), call, maxAnswerBytes),
            maxAnswerBytes,
          )
          const { dataTexts, errors } = answer instanceof Promise ? await answer : answer
          return { dataTexts, errors: errors.length === 0 ? errors : maskErrors(errors, call.requestId, log) }
        },
        (error, requestId) => refusedWith(maskErrors([error], requestId, log)),
        () => withoutData(notInTime()),
      ),
  }
}

/** What `work` gives for a caller within the time that an operation of an application has, or what is answered otherwise. */
function runFor<Result>(
  { viewer, authorization, requestId = randomUUID(), abort = new Abandonment() }: Caller,
  work: (call: Call) => Promise<Result>,
  onError: (error: unknown, requestId: string) => Result,
  tooLate: () => Result,
): Promise<Result> {
  const call = callOf({ viewer, authorization, requestId }, abort)
  return withinTime(abort, LIMIT, () => work(call), { tooLate, failed: (error) => onError(error, requestId) })
}

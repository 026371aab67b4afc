import { type ExecutionResult, GraphQLError, getVariableValues } from 'graphql'
import { representationsOf } from './entities.ts'
import { runSelection, runSerially } from './fields.ts'
import { type Bounds, isPromise, type OperationPlan, Run } from './run.ts'

/** As graphql-js has it: a request with more faults than that is not read to its end. */
const MAX_FAULTS = 50

/**
 * Executes an operation that was planned, of a subscription for one event, `rootValue`; what graphql-js' `execute` would give,
 * at once where nothing is waited for. What grows beyond its bounds, or is not waited for any more, ends at once with that
 * error alone.
 */
export function executeOperation(
  plan: OperationPlan,
  context: unknown,
  given: Readonly<Record<string, unknown>> | undefined,
  bounds: Bounds,
  rootValue?: unknown,
): ExecutionResult | Promise<ExecutionResult> {
  let variables = representationsOf(plan.operation, given)
  if (!variables) {
    const read = getVariableValues(plan.schema, plan.operation.variableDefinitions ?? [], given ?? {}, { maxErrors: MAX_FAULTS })
    if (read.errors) return { errors: read.errors }
    variables = read.coerced
  }
  const run = new Run(plan, context, variables, bounds, rootValue)
  const failed = (error: unknown): ExecutionResult => {
    // Everything thrown below the root is located by its field; what is thrown before is graphql-js' own.
    run.add(error instanceof GraphQLError ? error : new GraphQLError(String(error)), undefined)
    return answerOf(run, null)
  }
  try {
    const selection = plan.selectionFor(run.variables)
    const isSerial = plan.operation.operation === 'mutation'
    const data = isSerial ? runSerially(run, selection, rootValue) : runSelection(run, selection, rootValue, undefined)
    if (!isPromise(data)) return answerOf(run, data)
    return new Promise((resolve) => {
      run.onStop = () => resolve(answerOf(run, null))
      data.then(
        (known) => resolve(answerOf(run, known)),
        (error: unknown) => resolve(failed(error)),
      )
      // Some of what is waited for may have been under way.
      if (run.stopped) run.onStop()
    })
  } catch (error) {
    return failed(error)
  }
}

function answerOf(run: Run, data: unknown): ExecutionResult {
  const { errors } = run
  const reason = run.verdict()
  if (reason) return { errors: [reason], data: null }
  // That is what a selection makes.
  const known = data as ExecutionResult['data'] & object
  return errors.length === 0 ? { data: known } : { errors, data: known }
}

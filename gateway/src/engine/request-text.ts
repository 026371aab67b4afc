import type { SubgraphOperation } from '../subgraph-calls.ts'
import type { FetchStep } from './fetch-steps.ts'
import { type EntityField, variableDefinitionsOf } from './schedule.ts'

/** An operation for a subgraph without the values of its variables. */
export type RequestText = {
  readonly query: string
  readonly operationName: string | undefined
  /** JSON of a body up to the variables. */
  readonly opening: string
  /** For each field the alias under which its entities come, and the variable that takes its representations. */
  readonly fields: readonly { readonly alias: string; readonly variable: string }[]
}

function requestText(query: string, operationName: string | undefined, fields: RequestText['fields']): RequestText {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`
  return { query, operationName, fields, opening: `{"query":${JSON.stringify(query)},${name}"variables":{` }
}

export const rootText = (step: FetchStep): RequestText => requestText(step.operation, step.operationName, [])

/** One operation for the entities of several fields; a single fetch keeps the planner's own text. */
export function entitiesText(fields: readonly EntityField[]): RequestText {
  const steps = fields.flatMap((field) => field.fetches.flatMap((fetch) => fetch.steps))
  const [first] = steps
  if (!first) throw new Error('a field has a fetch')
  if (fields.length === 1 && fields[0]?.fetches.every((fetch) => fetch.steps.length === 1)) {
    return requestText(first.operation, first.operationName, [{ alias: '_entities', variable: 'representations' }])
  }
  const definitions = variableDefinitionsOf(steps)
  const names = fields.map((_, index) => ({ alias: `_${index}`, variable: freeName(`representations${index}`, definitions) }))
  const variables = [...names.map(({ variable }) => `$${variable}:[_Any!]!`), ...definitions.values()].join(' ')
  const selections = fields.map(
    ({ text }, index) => `${names[index]?.alias}:_entities(representations:$${names[index]?.variable}){${text}}`,
  )
  const query = `query ${first.operationName ?? ''}(${variables}){${selections.join(' ')}}`
  return requestText(query, first.operationName, names)
}

const freeName = (name: string, taken: ReadonlyMap<string, string>): string =>
  taken.has(name) ? freeName(`${name}_`, taken) : name

/** What is sent; a transport within the process reads `variables`, one to another process takes `body`. */
export const subgraphOperation = (text: RequestText, variables: string): SubgraphOperation =>
  new WrittenOperation(text, variables)

class WrittenOperation implements SubgraphOperation {
  readonly query: string
  readonly operationName: string | undefined
  readonly body: string
  readonly #variables: string

  constructor({ query, operationName, opening }: RequestText, variables: string) {
    this.query = query
    this.operationName = operationName
    this.body = `${opening}${variables}}}`
    this.#variables = variables
  }

  get variables(): Record<string, unknown> {
    // The text has been put together as an object.
    return JSON.parse(`{${this.#variables}}`) as Record<string, unknown>
  }
}

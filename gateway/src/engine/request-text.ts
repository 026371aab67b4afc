import type { SubgraphOperation } from '../subgraphs/subgraph-operation.ts'
import type { FetchStep } from './compiling/fetch-steps.ts'
import { type EntityField, variableDefinitionsOf } from './compiling/schedule.ts'
import type { Slot, SlotsAt } from './compiling/verbatim.ts'
import { parentKey, pathKey } from './planning/fetch-paths.ts'
import { createReplyParser, type ParseReply, type Place } from './replies/reply-parser.ts'

/** An operation for a subgraph without the values of its variables. */
export type RequestText = {
  readonly query: string
  readonly operationName: string | undefined
  /** JSON of a body up to the variables. */
  readonly opening: string
  /** For each field the alias under which its entities come, and the variable that takes its representations. */
  readonly fields: readonly { readonly alias: string; readonly variable: string }[]
  readonly parse: ParseReply | undefined
}

/** Where the answers of a plan meet, by the path of an object in the answer; null where code must not be generated. */
export type Meeting = ((path: readonly string[]) => Place) | null

/** What any of `steps` writes into an object has its room there, in a slot if it is kept as text. */
export function meetingOf(steps: readonly FetchStep[], slotsAt: SlotsAt): Meeting {
  const names = new Map<string, Set<string>>()
  for (const step of steps) {
    for (const path of step.writes.keys()) {
      const parent = parentKey(path)
      names.set(parent, (names.get(parent) ?? new Set()).add(path.slice(path.lastIndexOf('.') + 1)))
    }
  }
  return (path) => {
    const slots = slotsAt(path)
    const kept = new Set(slots.flatMap(({ members }) => members.map(({ name }) => name)))
    const others = [...(names.get(pathKey(path)) ?? [])].filter((name) => !kept.has(name))
    return { names: [...others, ...slots.map(({ name }) => name)], slots }
  }
}

type Parts = Pick<RequestText, 'query' | 'operationName' | 'fields'>

function requestText({ query, operationName, fields }: Parts, meeting: Meeting): RequestText {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`
  const opening = `{"query":${JSON.stringify(query)},${name}"variables":{`
  return { query, operationName, fields, opening, parse: meeting ? createReplyParser(query, meeting) : undefined }
}

export const rootText = ({ operation: query, operationName, path }: FetchStep, meeting: Meeting): RequestText =>
  requestText({ query, operationName, fields: [] }, meeting && ((names) => meeting([...path, ...names])))

/** One operation for the entities of several fields; a single fetch keeps the planner's own text. */
export function entitiesText(fields: readonly EntityField[], meeting: Meeting): RequestText {
  const { query, operationName, fields: names } = entitiesParts(fields)
  const placeIn: Meeting = ([alias, ...path]) => {
    const field = fields[names.findIndex((name) => name.alias === alias)]
    return inAll(field?.fetches.flatMap((fetch) => meeting?.([...fetch.path, ...path]) ?? []) ?? [])
  }
  return requestText({ query, operationName, fields: names }, meeting && placeIn)
}

/** An object that may come to be at any of `places`: with room for what each gets, and with slots that all have. */
function inAll([first, ...others]: readonly Place[]): Place {
  if (!first) return { names: [], slots: [] }
  const isEverywhere = (slot: Slot) => others.every(({ slots }) => slots.some((other) => isEqualSlot(slot, other)))
  return {
    names: [...new Set([first, ...others].flatMap(({ names }) => names))],
    slots: first.slots.filter(isEverywhere),
  }
}

const isEqualSlot = (one: Slot, other: Slot) => JSON.stringify(one) === JSON.stringify(other)

function entitiesParts(fields: readonly EntityField[]): Parts {
  const steps = fields.flatMap((field) => field.fetches.flatMap((fetch) => fetch.steps))
  const [first] = steps
  if (!first) throw new Error('a field has a fetch')
  if (fields.length === 1 && fields[0]?.fetches.every((fetch) => fetch.steps.length === 1)) {
    const names = [{ alias: '_entities', variable: 'representations' }]
    return { query: first.operation, operationName: first.operationName, fields: names }
  }
  const definitions = variableDefinitionsOf(steps)
  const names = fields.map((_, index) => ({ alias: `_${index}`, variable: freeName(`representations${index}`, definitions) }))
  const variables = [...names.map(({ variable }) => `$${variable}:[_Any!]!`), ...definitions.values()].join(' ')
  const selections = fields.map(
    ({ text }, index) => `${names[index]?.alias}:_entities(representations:$${names[index]?.variable}){${text}}`,
  )
  const query = `query ${first.operationName ?? ''}(${variables}){${selections.join(' ')}}`
  return { query, operationName: first.operationName, fields: names }
}

const freeName = (name: string, taken: ReadonlyMap<string, string>): string =>
  taken.has(name) ? freeName(`${name}_`, taken) : name

/** What is sent; a transport within the process reads `variables`, one to another process takes `body`. */
export const subgraphOperation = (text: RequestText, variables: string): WrittenOperation => new WrittenOperation(text, variables)

class WrittenOperation implements SubgraphOperation {
  readonly query: string
  readonly operationName: string | undefined
  readonly body: string
  readonly parse: ParseReply | undefined
  /** Of the reply as JSON, in characters, once it is known. */
  weight = 0
  readonly #variables: string

  constructor({ query, operationName, opening, parse }: RequestText, variables: string) {
    this.query = query
    this.parse = parse
    this.operationName = operationName
    this.body = `${opening}${variables}}}`
    this.#variables = variables
  }

  weigh(characters: number): void {
    this.weight = characters
  }

  get variables(): Record<string, unknown> {
    // The text has been put together as an object.
    return JSON.parse(`{${this.#variables}}`) as Record<string, unknown>
  }
}

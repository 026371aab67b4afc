import type { ExecutionResult, GraphQLError } from 'graphql'
import { GraphQLError as Fault } from 'graphql'
import type { Condition } from '../admission/conditions.ts'
import type { Call } from '../subgraphs/call.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import type { SubgraphAnswer } from '../subgraphs/subgraph-operation.ts'
import type { Bounds } from './bounds.ts'
import { type Collect, type EntityMisfit, type Merge, mergeBatch, walkEntities } from './compiling/entities.ts'
import { EntityBatch } from './compiling/entity-batch.ts'
import type { FetchStep } from './compiling/fetch-steps.ts'
import type { Represent } from './compiling/representations.ts'
import { applyRewrites } from './compiling/rewrites.ts'
import type { EntityFetch } from './compiling/schedule.ts'
import type { TypeTest } from './compiling/type-tests.ts'
import { expandSlots } from './compiling/verbatim.ts'
import { errorAt, errorsOfEntities, pathOf, type ReceivedEntities } from './fetch-errors.ts'
import { isObject, type JsonObject, mergeDeep } from './plain-data.ts'
import { type RequestText, subgraphOperation } from './request-text.ts'

/** A plan made ready to run. */
export type CompiledPlan = {
  readonly requests: readonly CompiledRequest[]
  readonly types: TypeTest
}

export type CompiledRequest = {
  readonly service: string
  /** How many requests it waits for. */
  readonly waits: number
  /** Positions of the requests that wait for it. */
  readonly dependents: readonly number[]
  readonly work:
    | { readonly kind: 'root'; readonly step: FetchStep; readonly text: RequestText }
    | {
        readonly kind: 'entities'
        readonly fields: readonly CompiledField[]
        readonly textOf: TextOf
        readonly alone: Alone
      }
}

/** One step of a request as a request of its own. */
export type Alone = (step: FetchStep) => CompiledField & { readonly text: RequestText }

type EntityWork = Extract<CompiledRequest['work'], { readonly kind: 'entities' }>

/** The text for those of a request's fields that have entities. */
export type TextOf = (positions: readonly number[]) => RequestText

export type CompiledField = {
  readonly fetches: readonly CompiledFetch[]
  readonly merge: Merge
  readonly variables: readonly string[]
}

export type CompiledFetch = {
  readonly fetch: EntityFetch
  readonly collect: Collect
  readonly represent: Represent
  /** Its position among all fetches of the plan. */
  readonly position: number
  /** The fetch whose entities the collection starts at; null starts at the data. */
  readonly startsAt: number | null
}

/** What the subgraphs gave. */
export type Collected = {
  readonly data: JsonObject
  readonly errors: GraphQLError[]
  /** Lists of entities of which some are not shown. */
  readonly incomplete: ReceivedEntities[]
  /** True if no string in it needs escaping in JSON. */
  readonly isPlain: boolean
}

type RunInput = {
  readonly bounds: Bounds
  readonly variables: Readonly<Record<string, unknown>>
  readonly isMet: (condition: Condition) => boolean
  readonly calls: SubgraphCalls
  readonly call: Call
  /** Stands for the answer to the first request. */
  readonly event: ExecutionResult | null
}

type Run = RunInput & {
  readonly plan: CompiledPlan
  readonly data: JsonObject
  readonly errors: GraphQLError[]
  readonly incomplete: ReceivedEntities[]
  isPlain: boolean
  /** Per request, how many it still waits for. */
  readonly waits: number[]
  /** Per fetch, the entities that it found. */
  readonly found: (JsonObject[] | undefined)[]
  open: number
  readonly finish: () => void
}

/** One field of a request on its way, with those of its fetches that found entities. */
type Part = {
  readonly field: CompiledField
  readonly position: number
  readonly fetches: CompiledFetch[]
  readonly batch: EntityBatch
}

/**
 * Runs all requests of a plan, each as soon as those it waits for are over. Never rejects: what goes wrong is among the errors.
 * Once its bounds have stopped it, what it gives is of no use.
 */
export function runPlan(plan: CompiledPlan, input: RunInput): Promise<Collected> {
  return new Promise((resolve) => {
    const run: Run = {
      ...input,
      plan,
      data: {},
      errors: [],
      incomplete: [],
      isPlain: true,
      waits: plan.requests.map((request) => request.waits),
      found: [],
      open: plan.requests.length,
      finish: () => resolve(run),
    }
    input.bounds.onStop = run.finish
    if (run.open === 0) run.finish()
    for (const request of plan.requests) if (request.waits === 0) start(run, request)
  })
}

function start(run: Run, request: CompiledRequest): void {
  try {
    if (request.work.kind === 'root') startRoot(run, request, request.work.step, request.work.text)
    else startEntities(run, request, request.work)
  } catch (error) {
    note(run, error)
    end(run, request)
  }
}

function end(run: Run, request: CompiledRequest): void {
  if (run.bounds.stopped) return
  for (const dependent of request.dependents) {
    const left = (run.waits[dependent] ?? 1) - 1
    run.waits[dependent] = left
    const next = run.plan.requests[dependent]
    if (left === 0 && next) start(run, next)
  }
  run.open--
  if (run.open === 0) run.finish()
}

const isWanted = (run: Run, conditions: readonly Condition[]) => conditions.every(run.isMet)

function startRoot(run: Run, request: CompiledRequest, step: FetchStep, text: RequestText): void {
  const targets: JsonObject[] = []
  if (isWanted(run, step.conditions)) walkEntities(run.data, step.path, (target) => targets.push(target))
  if (targets.length === 0) {
    end(run, request)
    return
  }
  const take = (answer: SubgraphAnswer) => {
    for (const error of answer.errors ?? []) {
      run.errors.push(errorAt(error, step.service, [...step.path, ...pathOf(error)]))
    }
    const { data } = answer
    if (!data) return
    if (!isObject(data)) {
      run.errors.push(errorAt(new Fault('Expected the data to be an object.'), step.service, step.path))
      return
    }
    applyRewrites(step.outputRewrites, data, run.plan.types)
    for (const target of targets) mergeDeep(target, data, run.plan.types.isAbstract)
  }
  if (run.event && step.index === 0) {
    const { event } = run
    run.isPlain = false
    try {
      take(event)
    } catch (error) {
      note(run, error)
    }
    end(run, request)
    return
  }
  send(run, step.service, text, variablesText(run, step.variables), take, () => end(run, request))
}

/** Sends and takes the answer; a fault in taking it is an error of the operation like any other. */
function send(run: Run, service: string, text: RequestText, variables: string, take: Take, then: () => void): void {
  const failed = (reason: unknown) => {
    note(run, reason)
    then()
  }
  const taken = (answer: SubgraphAnswer) => {
    if (answer.isPlain !== true) run.isPlain = false
    let pending: ReturnType<Take>
    try {
      run.bounds.check()
      run.bounds.take(operation.weight)
      pending = take(answer)
    } catch (error) {
      return failed(error)
    }
    if (pending) pending.then(then, failed)
    else then()
  }
  const { calls, call } = run
  const operation = subgraphOperation(text, variables)
  if (calls.ask) calls.ask(service, operation, call, taken)
  else {
    try {
      calls.fetch(service, operation, call).then(taken, failed)
    } catch (error) {
      failed(error)
    }
  }
}

/** A promise only where there is much to take. */
type Take = (answer: SubgraphAnswer) => void | Promise<void>

/** A fault is an error of the operation like any other, unless it is over anyway. */
function note(run: Run, error: unknown): void {
  if (run.bounds.stopped) return
  run.errors.push(new Fault('a fetch failed', { originalError: error instanceof Error ? error : new Error(String(error)) }))
}

function variablesText(run: Run, names: readonly string[]): string {
  let text = ''
  for (const name of names) {
    const value = Object.hasOwn(run.variables, name) ? run.variables[name] : undefined
    if (value === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`
  }
  return text
}

function startEntities(run: Run, request: CompiledRequest, work: EntityWork): void {
  const sendAll = (parts: readonly Part[]) => {
    if (parts.length === 0) return end(run, request)
    const text = work.textOf(parts.map(({ position }) => position))
    sendParts(run, request.service, parts, text, work.alone, () => end(run, request))
  }
  const parts = collectParts(run, work.fields, [], 0)
  if (!(parts instanceof Promise)) return sendAll(parts)
  parts.then(sendAll).catch((error: unknown) => {
    note(run, error)
    end(run, request)
  })
}

/** The parts of the fields from `position` on, after those `before`. A promise only where there is much to go through. */
function collectParts(
  run: Run,
  fields: readonly CompiledField[],
  before: Part[],
  position: number,
): readonly Part[] | Promise<readonly Part[]> {
  for (let at = position; at < fields.length; at++) {
    const field = fields[at]
    if (!field) continue
    const part: Part = { field, position: at, fetches: [], batch: new EntityBatch(run.bounds.work) }
    const pending = collectPart(run, part, 0)
    if (pending) return pending.then(() => collectParts(run, fields, withFound(before, part), at + 1))
    withFound(before, part)
  }
  return before
}

function withFound(parts: Part[], part: Part): Part[] {
  if (part.fetches.length > 0) parts.push(part)
  return parts
}

/** A fetch whose entities are being collected, and how many others the batch had before. */
type Collecting = {
  readonly fetch: CompiledFetch
  readonly from: JsonObject | readonly JsonObject[]
  readonly found: JsonObject[]
  readonly one: JsonObject[]
  readonly known: number
}

/** Adds the fetches from `first` on that find entities, and these. */
function collectPart(run: Run, part: Part, first: number): void | Promise<void> {
  const { batch, field } = part
  for (let index = first; index < field.fetches.length; index++) {
    const fetch = field.fetches[index]
    if (!fetch || !isWanted(run, fetch.fetch.conditions)) continue
    const from = fetch.startsAt === null ? run.data : run.found[fetch.startsAt]
    if (!from) continue
    const collecting: Collecting = { fetch, from, found: [], one: [], known: batch.targets.length }
    if (!walk(collecting, part, true)) {
      return collectRest(run, collecting, part)
        .then(() => addFound(run, collecting, part))
        .then(() => collectPart(run, part, index + 1))
    }
    addFound(run, collecting, part)
  }
}

/** False if the rest of the walk is for a later slice. */
function walk({ fetch, from, found, one }: Collecting, { batch }: Part, isOther: boolean): boolean {
  batch.begin(isOther)
  fetch.collect(from, batch, found, one)
  return !batch.isPaused
}

const collectRest = (run: Run, collecting: Collecting, part: Part): Promise<void> =>
  run.bounds.work.later(() => (walk(collecting, part, false) ? undefined : collectRest(run, collecting, part)))

function addFound(run: Run, { fetch, found, known }: Collecting, { batch, fetches }: Part): void {
  run.found[fetch.position] = found
  if (batch.targets.length > known) fetches.push(fetch)
}

function sendParts(run: Run, service: string, parts: readonly Part[], text: RequestText, alone: Alone, then: () => void): void {
  const names = new Set(parts.flatMap(({ field }) => field.variables))
  let variables = variablesText(run, [...names])
  for (const [index, { batch }] of parts.entries()) {
    variables += `${variables === '' ? '' : ','}"${text.fields[index]?.variable}":[${batch.representations.join(',')}]`
  }
  let isOver = true
  const take: Take = (answer) => {
    const { data, errors } = answer
    if (errors && mayFareBetterApart(parts, errors) && (!data || losesEntity(parts, text, data, errors))) {
      isOver = false
      sendApart(run, service, parts, alone, then)
      return
    }
    if (errors && errors.length > 0) {
      // Errors are told by places, which templates do not show.
      expandSlots(run.data)
      run.errors.push(...errorsOfEntities(errors, { service, text, fields: parts }, run.data))
    }
    if (data) return mergeParts(run, service, parts, text, data, 0)
  }
  send(run, service, text, variables, take, () => {
    if (isOver) then()
  })
}

/** Merges the parts from `first` on. A promise only where there is much to merge. */
function mergeParts(
  run: Run,
  service: string,
  parts: readonly Part[],
  text: RequestText,
  data: JsonObject,
  first: number,
): void | Promise<void> {
  for (let index = first; index < parts.length; index++) {
    const part = parts[index]
    const field = text.fields[index]
    if (!part || !field) continue
    try {
      const list = data[field.alias]
      if (Array.isArray(list) && list.includes(null)) run.incomplete.push({ fetches: part.fetches, batch: part.batch, list })
      const misfits = mergeBatch(part.field.merge, part.batch, list, run.bounds)
      if (misfits instanceof Promise) {
        return misfits
          .then((late) => noteMisfits(run, service, part, field, late))
          .catch((error: unknown) => note(run, error))
          .then(() => mergeParts(run, service, parts, text, data, index + 1))
      }
      noteMisfits(run, service, part, field, misfits)
    } catch (error) {
      note(run, error)
    }
  }
}

/** Every entity that does not fit is an error wherever it is waited for. */
function noteMisfits(
  run: Run,
  service: string,
  part: Part,
  field: RequestText['fields'][number],
  misfits: readonly EntityMisfit[],
): void {
  if (misfits.length === 0) return
  expandSlots(run.data)
  const errors = misfits.map(({ message, index }) => new Fault(message, index === null ? {} : { path: [field.alias, index] }))
  run.errors.push(...errorsOfEntities(errors, { service, text: { fields: [field] }, fields: [part] }, run.data))
}

/** What one step did to a request must not cost the others their answer. */
const mayFareBetterApart = (parts: readonly Part[], errors: readonly GraphQLError[]) =>
  stepsOf(parts).size > 1 && errors.every((error) => !HELPLESS.has(error.extensions.code))

/** Whoever asks again, and for each part, only makes it worse. */
const HELPLESS: ReadonlySet<unknown> = new Set(['UNAVAILABLE', 'RESPONSE_TOO_LARGE'])

/** Whether what failed within an entity has taken all of it, and several steps wanted something of it. */
const losesEntity = (
  parts: readonly Part[],
  text: RequestText,
  data: Readonly<Record<string, unknown>>,
  errors: readonly GraphQLError[],
): boolean =>
  errors.some((error) => {
    const [alias, index, field] = pathOf(error)
    const part = parts[text.fields.findIndex((each) => each.alias === alias)]
    if (typeof index !== 'number' || field === undefined) return false
    if (!part?.fetches.some(({ fetch }) => fetch.steps.length > 1)) return false
    const entities = data[String(alias)]
    return Array.isArray(entities) && entities[index] === null
  })

const stepsOf = (parts: readonly Part[]): ReadonlySet<FetchStep> =>
  new Set(parts.flatMap(({ fetches }) => fetches.flatMap(({ fetch }) => fetch.steps)))

function sendApart(run: Run, service: string, parts: readonly Part[], alone: Alone, then: () => void): void {
  expandSlots(run.data)
  const asked = [...stepsOf(parts)].flatMap((step) => {
    const { text, ...field } = alone(step)
    const batch = new EntityBatch(null)
    for (const { collect } of field.fetches) {
      batch.begin(true)
      collect(run.data, batch, [], [])
    }
    return batch.targets.length === 0 ? [] : [{ text, part: { field, position: 0, fetches: [...field.fetches], batch } }]
  })
  let open = asked.length
  if (open === 0) then()
  for (const { text, part } of asked) {
    sendParts(run, service, [part], text, alone, () => {
      open--
      if (open === 0) then()
    })
  }
}

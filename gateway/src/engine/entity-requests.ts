import type { GraphQLError } from 'graphql'
import { GraphQLError as Fault } from 'graphql'
import type { Alone, CompiledFetch, CompiledField, EntityWork } from './compiled-plan.ts'
import { type EntityMisfit, mergeBatch } from './compiling/entities.ts'
import { EntityBatch } from './compiling/entity-batch.ts'
import type { FetchStep } from './compiling/fetch-steps.ts'
import { expandSlots } from './compiling/verbatim.ts'
import { errorsOfEntities, pathOf } from './fetch-errors.ts'
import type { JsonObject } from './plain-data.ts'
import { isWanted, note, type Run, send, type Take, variablesText } from './plan-run.ts'
import type { RequestText } from './request-text.ts'

/** One field of a request on its way, with those of its fetches that found entities. */
type Part = {
  readonly field: CompiledField
  readonly position: number
  readonly fetches: CompiledFetch[]
  readonly batch: EntityBatch
}

/** Asks for the entities that are there, and calls `then` once what came is written into them. */
export function startEntities(run: Run, service: string, work: EntityWork, then: () => void): void {
  const sendAll = (parts: readonly Part[]) => {
    if (parts.length === 0) return then()
    const text = work.textOf(parts.map(({ position }) => position))
    sendParts(run, service, parts, text, work.alone, then)
  }
  const parts = collectParts(run, work.fields, [], 0)
  if (!(parts instanceof Promise)) return sendAll(parts)
  parts.then(sendAll).catch((error: unknown) => {
    note(run, error)
    then()
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

import { inSlices, type Work } from '@planet/runtime/slices'
import type { Bounds } from '../bounds.ts'
import { type Budget, copyWithin, getOwn, isObject, type JsonObject, mergedValue, setOwn } from '../plain-data.ts'
import { fieldsOf } from '../planning/fetch-paths.ts'
import { type Code, read, write } from './code.ts'
import { type EntityBatch, VISITS_PER_LOOK } from './entity-batch.ts'
import { createRepresent, type Represent } from './representations.ts'
import { applyRewrites } from './rewrites.ts'
import type { EntityFetch, EntityField } from './schedule.ts'
import type { TypeTest } from './type-tests.ts'
import type { SlotsAt } from './verbatim.ts'

/**
 * Adds the entities found in `start` to `batch`. With shared entities, one object takes the place of all equal ones of the
 * path, by the position of its text in `one`, and `found` gets each once. Once the batch is paused, it passes over the rest.
 */
export type Collect = (
  start: JsonObject | readonly JsonObject[],
  batch: EntityBatch,
  found: JsonObject[],
  one: JsonObject[],
) => void

/** Writes what came for an entity into it. `isFirst` is false if another object has got the same `received`: it is copied. */
export type Merge = (entity: JsonObject, received: JsonObject, isFirst: boolean, budget: Budget) => void

/** Calls `visit` for each object at `path`, with the path to it where every `@` is an index. */
export function walkEntities(
  data: unknown,
  path: readonly string[],
  visit: (entity: JsonObject, path: readonly (string | number)[]) => void,
  parent: (string | number)[] = [],
): void {
  const [first, ...rest] = path
  if (first === '@') {
    if (!Array.isArray(data)) return
    for (const [index, each] of data.entries()) walkEntities(each, rest, visit, [...parent, index])
  } else if (!isObject(data)) return
  else if (first === undefined) visit(data, parent)
  else walkEntities(getOwn(data, first), rest, visit, [...parent, first])
}

/** The representation of an entity that `fetch` has to ask for; null for any other. */
export function createFetchRepresent(fetch: EntityFetch, types: TypeTest): Represent {
  const represent = createRepresent(fetch.requires, fetch.inputRewrites, types)
  if (!fetch.unless) return represent
  const represented = createRepresent(fetch.unless, [], types)
  return (entity) => (represented(entity) === null ? represent(entity) : null)
}

function addTo(batch: EntityBatch, entity: JsonObject, representation: string | null): void {
  if (representation === null) return
  const known = batch.indexOf.get(representation)
  const index = known ?? batch.representations.push(representation) - 1
  if (known === undefined) batch.indexOf.set(representation, index)
  batch.targets.push(entity)
  batch.indices.push(index)
}

export function createCollect(fetch: EntityFetch, types: TypeTest): Collect {
  const represent = createFetchRepresent(fetch, types)
  return (start, batch) =>
    walkEntities(start, fetch.path, (entity) => {
      if (++batch.visited <= batch.done || batch.isPaused) return
      if ((batch.visited & (VISITS_PER_LOOK - 1)) === 0) batch.look()
      addTo(batch, entity, represent(entity))
    })
}

type Child = { readonly name: string; readonly isObject: boolean }

function childrenOf(field: EntityField): readonly Child[] {
  const children = new Map<string, Child>()
  for (const { selections, steps } of field.fetches) {
    const document = steps[0]?.document
    for (const selection of document ? selections : []) {
      if (!document) continue
      for (const { name, children: inner } of fieldsOf(document, selection))
        children.set(name, { name, isObject: inner !== undefined })
    }
  }
  return [...children.values()]
}

/** Objects that came are copied for every entity but the first, because later fetches may tell the entities apart. */
export function createMerge(field: EntityField, types: TypeTest): Merge {
  const children = childrenOf(field)
  const rewrites = field.fetches[0]?.outputRewrites ?? []
  if (rewrites.length > 0) {
    return (entity, received, isFirst, budget) => {
      const own = isFirst ? received : copyWithin(budget, received)
      if (isFirst) {
        if (!received.__typename) received.__typename = entity.__typename
        applyRewrites(rewrites, received, types)
      }
      mergedValue(entity, own, types.isAbstract)
    }
  }
  return (entity, received, isFirst, budget) => {
    for (const child of children) {
      const value = getOwn(received, child.name)
      if (value === undefined || isVaguerType(child.name, value, entity, types)) continue
      const own = child.isObject && !isFirst ? copyWithin(budget, value) : value
      setOwn(entity, child.name, child.isObject ? mergedValue(getOwn(entity, child.name), own, types.isAbstract) : own)
    }
  }
}

/** A subgraph that knows an interface as an object gives the interface's name; the entity's own is not lost to it. */
const isVaguerType = (name: string, value: unknown, entity: JsonObject, types: TypeTest) =>
  name === '__typename' && entity.__typename !== undefined && typeof value === 'string' && types.isAbstract(value)

/** Adds the function of a `createMerge` and gives its name. */
export function generateMerge(code: Code, field: EntityField, types: TypeTest, slotsAt: SlotsAt): string {
  if ((field.fetches[0]?.outputRewrites ?? []).length > 0) return code.constant(createMerge(field, types))
  const merged = code.constant((known: unknown, value: unknown) => mergedValue(known, value, types.isAbstract))
  const copy = code.constant(copyWithin)
  const name = code.name()
  const isAbstract = code.constant(types.isAbstract)
  const statements = childrenOf(field).map((child) => {
    if (child.name === '__typename') {
      return `v = r.__typename; if (v !== undefined && v !== o.__typename && (o.__typename === undefined || !${isAbstract}(v))) o.__typename = v`
    }
    const known = read('o', child.name)
    const value = child.isObject ? `${merged}(${known}, isFirst ? v : ${copy}(budget, v))` : 'v'
    return `v = ${read('r', child.name)}; if (v !== undefined) { ${write('o', child.name, value)} }`
  })
  const slots = new Set(field.fetches.flatMap(({ path }) => slotsAt(path).map((slot) => slot.name)))
  const pieces = [...slots].map(
    (slot) => `v = r.${slot}; if (v !== undefined) o.${slot} = isFirst || typeof v === 'string' ? v : ${copy}(budget, v)`,
  )
  code.add(`function ${name}(o, r, isFirst, budget) { let v\n${[...statements, ...pieces].join('\n')} }`)
  return name
}

/** What is wrong with a list of entities: with the one at `index`, or with all of them. */
export type EntityMisfit = { readonly message: string; readonly index: number | null }

/** Entities between two looks at whether the rest is for later. */
const MERGED_PER_LOOK = 256

/** A list of entities that is being merged, and what of it does not fit. */
type Merging = {
  readonly merge: Merge
  readonly batch: EntityBatch
  readonly list: readonly unknown[]
  /** 1 for each of the list that some object has got. */
  readonly taken: Uint8Array
  readonly misfits: EntityMisfit[]
  readonly budget: Budget
}

/**
 * Writes a subgraph's list of entities into those that were asked for, and tells what of it does not fit them. A promise only
 * where there are many.
 */
export function mergeBatch(
  merge: Merge,
  batch: EntityBatch,
  list: unknown,
  bounds: Bounds,
): readonly EntityMisfit[] | Promise<readonly EntityMisfit[]> {
  const { representations, targets } = batch
  if (!Array.isArray(list)) return [{ message: 'Expected a list of entities.', index: null }]
  if (list.length !== representations.length) {
    return [{ message: `Expected ${representations.length} entities and got ${list.length}.`, index: null }]
  }
  const merging: Merging = { merge, batch, list, taken: new Uint8Array(list.length), misfits: [], budget: bounds }
  mergeSome(merging, 0)
  return targets.length <= MERGED_PER_LOOK ? merging.misfits : inSlices(bounds.work, mergingRest(merging, bounds.work))
}

function* mergingRest(merging: Merging, work: Work): Generator<undefined, readonly EntityMisfit[]> {
  for (let from = MERGED_PER_LOOK; from < merging.batch.targets.length; from += MERGED_PER_LOOK) {
    if (work.isDue(MERGED_PER_LOOK)) yield
    mergeSome(merging, from)
  }
  return merging.misfits
}

/** A function of its own, because loops in generators are slow. */
function mergeSome({ merge, batch: { targets, indices }, list, taken, misfits, budget }: Merging, from: number): void {
  const to = Math.min(targets.length, from + MERGED_PER_LOOK)
  for (let position = from; position < to; position++) {
    const index = indices[position] ?? 0
    const received = list[index]
    const target = targets[position]
    if (isObject(received) && target) merge(target, received, taken[index] === 0, budget)
    else if (received !== null && taken[index] === 0) misfits.push({ message: 'Expected an entity to be an object.', index })
    taken[index] = 1
  }
}

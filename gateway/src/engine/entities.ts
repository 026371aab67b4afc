import { type Code, literal, read, write } from './code.ts'
import { fieldsOf } from './fetch-paths.ts'
import { copyOf, getOwn, isObject, type JsonObject, mergedValue, setOwn } from './plain-data.ts'
import { createRepresent, generateRepresent, type Represent, singleKey } from './representations.ts'
import { applyRewrites } from './rewrites.ts'
import type { EntityFetch, EntityField } from './schedule.ts'
import type { TypeTest } from './type-tests.ts'
import type { SlotsAt } from './verbatim.ts'

/** Entities to be asked for in one `_entities` field: each text once, with all objects that its answer goes to. */
export type EntityBatch = {
  readonly indexOf: Map<string, number>
  readonly representations: string[]
  /** Objects and, beside each, the index of its representation. */
  readonly targets: JsonObject[]
  readonly indices: number[]
}

export const createBatch = (): EntityBatch => ({ indexOf: new Map(), representations: [], targets: [], indices: [] })

/**
 * Adds the entities found in `start` to `batch`. With shared entities, one object takes the place of all equal ones of the
 * path, and `found` gets each once.
 */
export type Collect = (start: JsonObject | readonly JsonObject[], batch: EntityBatch, found: JsonObject[]) => void

/** Writes what came for an entity into it. `isFirst` is false if another object has got the same `received`. */
export type Merge = (entity: JsonObject, received: JsonObject, isFirst: boolean) => void

/** Where to look: along `path` from the data, or from each element of a list that an earlier fetch has left. */
type Walk = {
  readonly path: readonly string[]
  readonly isFromList: boolean
  /** Whether one entity takes the place of all equal ones. */
  readonly isShared: boolean
  /** Whether others may start at the entities that it finds. */
  readonly isSource: boolean
}

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
  return (start, batch) => walkEntities(start, fetch.path, (entity) => addTo(batch, entity, represent(entity)))
}

/** Adds the function of a `createCollect` that walks as `walk` says, and gives its name. */
export function generateCollect(code: Code, fetch: EntityFetch, walk: Walk, types: TypeTest): string {
  const represent = generateRepresent(code, fetch.requires, fetch.inputRewrites, types)
  const unless = fetch.unless && generateRepresent(code, fetch.unless, [], types)
  const representation = unless ? `(${unless}(o) === null ? ${represent}(o) : null)` : `${represent}(o)`
  const { isShared } = walk
  const key = unless || fetch.inputRewrites.length > 0 ? null : singleKey(fetch.requires, types)
  const keyOf = key && `o.__typename === ${literal(key.typeName)} ? ${read('o', key.field)} : undefined`
  const add = (replace: string) => `${walk.isSource && !isShared ? 'found.push(o)' : ''}
${keyOf ? `const key = ${keyOf}; let j = typeof key === 'string' ? byKey.get(key) : undefined` : 'let j'}
if (j === undefined) {
  const rep = ${representation}
  if (rep !== null) {
    j = indexOf.get(rep)
    if (j === undefined) { j = representations.push(rep) - 1; indexOf.set(rep, j) }
    ${keyOf ? `if (typeof key === 'string') byKey.set(key, j)` : ''}
  }
}
if (j === undefined) { ${isShared ? 'found.push(o)' : ''} } else {
  ${
    isShared
      ? `const c = one[j]; if (c === undefined) { one[j] = o; found.push(o); targets.push(o); indices.push(j) } else if (c !== o) { ${replace} }`
      : 'targets.push(o); indices.push(j)'
  }
}`
  const name = code.name()
  const body = walk.isFromList
    ? `for (let i = 0; i < start.length; i++) { const e = start[i]; ${stepInto(walk.path, 0, 'e', add)} }`
    : stepInto(walk.path, 0, 'start', add)
  code.add(
    `function ${name}(start, { indexOf, representations, targets, indices }, found) { const one = []${keyOf ? '; const byKey = new Map()' : ''}\n${body} }`,
  )
  return name
}

/** Statements that go on from the value `from` along the rest of the path. */
function stepInto(path: readonly string[], depth: number, from: string, add: (replace: string) => string, replace = ''): string {
  const [first, ...rest] = path
  if (first === undefined)
    return `{ const o = ${from}; if (o !== undefined && o !== null && typeof o === 'object') { ${add(replace)} } }`
  const value = `v${depth}`
  if (first === '@') {
    const index = `i${depth}`
    const inner = stepInto(rest, depth + 1, value, add, `${from}[${index}] = c`)
    return `if (Array.isArray(${from})) for (let ${index} = 0; ${index} < ${from}.length; ${index}++) { const ${value} = ${from}[${index}]; ${inner} }`
  }
  const inner = stepInto(rest, depth + 1, value, add, write(from, first, 'c'))
  return `if (${from} !== undefined && ${from} !== null) { const ${value} = ${read(from, first)}; ${inner} }`
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
    return (entity, received, isFirst) => {
      const own = isFirst ? received : copyOf(received)
      if (isFirst) {
        if (!received.__typename) received.__typename = entity.__typename
        applyRewrites(rewrites, received, types)
      }
      const typeName = entity.__typename
      const isVaguer = isVaguerType('__typename', received.__typename, entity, types)
      mergedValue(entity, own)
      if (isVaguer) entity.__typename = typeName
    }
  }
  return (entity, received, isFirst) => {
    for (const child of children) {
      const value = getOwn(received, child.name)
      if (value === undefined || isVaguerType(child.name, value, entity, types)) continue
      const own = child.isObject && !isFirst ? copyOf(value) : value
      setOwn(entity, child.name, child.isObject ? mergedValue(getOwn(entity, child.name), own) : own)
    }
  }
}

/** A subgraph that knows an interface as an object gives the interface's name; the entity's own is not lost to it. */
const isVaguerType = (name: string, value: unknown, entity: JsonObject, types: TypeTest) =>
  name === '__typename' && entity.__typename !== undefined && typeof value === 'string' && types.isAbstract(value)

/** Adds the function of a `createMerge` and gives its name. */
export function generateMerge(code: Code, field: EntityField, types: TypeTest, slotsAt: SlotsAt): string {
  if ((field.fetches[0]?.outputRewrites ?? []).length > 0) return code.constant(createMerge(field, types))
  const merged = code.constant(mergedValue)
  const copy = code.constant(copyOf)
  const name = code.name()
  const isAbstract = code.constant(types.isAbstract)
  const statements = childrenOf(field).map((child) => {
    if (child.name === '__typename') {
      return `v = r.__typename; if (v !== undefined && v !== o.__typename && (o.__typename === undefined || !${isAbstract}(v))) o.__typename = v`
    }
    const known = read('o', child.name)
    const value = child.isObject ? `${merged}(${known}, isFirst ? v : ${copy}(v))` : 'v'
    return `v = ${read('r', child.name)}; if (v !== undefined) { ${write('o', child.name, value)} }`
  })
  const slots = new Set(field.fetches.flatMap(({ path }) => slotsAt(path).map((slot) => slot.name)))
  const pieces = [...slots].map((slot) => `v = r.${slot}; if (v !== undefined) o.${slot} = v`)
  code.add(`function ${name}(o, r, isFirst) { let v\n${[...statements, ...pieces].join('\n')} }`)
  return name
}

/** Writes a subgraph's list of entities into those that were asked for. Throws if it is not as long, or no list. */
export function mergeBatch(merge: Merge, { representations, targets, indices }: EntityBatch, list: unknown): void {
  if (!Array.isArray(list)) throw new Error('Expected "data._entities" in response to be an array')
  if (list.length !== representations.length) {
    throw new Error(`Expected "data._entities" to contain ${representations.length} elements`)
  }
  const taken = new Uint8Array(list.length)
  for (let position = 0; position < targets.length; position++) {
    const index = indices[position] ?? 0
    const received: unknown = list[index]
    const target = targets[position]
    if (!isObject(received) || !target) continue
    merge(target, received, taken[index] === 0)
    taken[index] = 1
  }
}

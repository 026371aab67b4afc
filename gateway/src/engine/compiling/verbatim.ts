import { isObject, type JsonObject, setOwn } from '../plain-data.ts'
import { parentKey, pathKey, readPaths } from '../planning/fetch-paths.ts'
import { checkedName } from './code.ts'
import type { FetchStep } from './fetch-steps.ts'
import type { LeafKind, ResponseType } from './response-tree.ts'

/**
 * Fields that stand side by side in a subgraph's reply and in the answer. Where all their values are as usual, they are one
 * piece of the reply's text, which is kept under `name` in place of the values and goes into the answer as it is: with what
 * opens it, `{` or `,`, and up to the value of the field that follows, if one always does.
 *
 * Where objects are among them that must be read, mostly entities, what is kept is a `Template`.
 */
export type Slot = {
  readonly name: string
  readonly members: readonly Member[]
  readonly opening: Opening
  readonly next: string | null
  /** The names that lead to all its holes, without lists; null if it is one piece. */
  readonly hole: readonly string[] | null
}

/** Pieces of text and, between any two of them, the object that stands there: text, object, text, object, text. */
export type Template = readonly (string | JsonObject)[]

export type Opening = '{' | ','
export type Member = { readonly name: string; readonly shape: Shape }
export type Shape = { readonly isRequired: boolean } & (
  | { readonly kind: 'leaf'; readonly leaf: LeafKind }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'object'; readonly members: readonly Member[] }
  /** An object that is read. */
  | { readonly kind: 'hole' }
)

/** The slots of the objects at a path. */
export type SlotsAt = (path: readonly string[]) => readonly Slot[]

/** A field that a writer always writes, under the name that it has in the data. */
export type WrittenField = { readonly name: string; readonly type: ResponseType }
/** The fields of an object in order; null for any that is not such. */
export type WrittenObject = { readonly fields: readonly (WrittenField | null)[]; readonly hasFirst: boolean }
/** What is written of the objects at each path, once for each form. */
export type WrittenObjects = ReadonlyMap<string, readonly WrittenObject[]>

/** No name of GraphQL has this, nor one of these. */
const MARK = '$$'
const COMMA = '$'
export const isSlotName = (name: string) => name.startsWith(MARK)

const slotName = (members: readonly Member[], next: string | null) =>
  `${MARK}${members.map(({ name }) => checkedName(name)).join(COMMA)}${next === null ? '' : `${MARK}${checkedName(next)}`}`

/** What stands before the value of a field. */
export const keyText = (opening: Opening, name: string) => `${opening}"${checkedName(name)}":`

/** The one fetch that gives a value which nothing but the writer looks at, and what that gives after it in the same object. */
type Source = { readonly step: FetchStep; next: string | null }

/** Finds the slots for what is `written` of what `steps` give. `canFill` tells where there is one way to write all objects. */
export function planSlots(written: WrittenObjects, steps: readonly FetchStep[], canFill: (path: string) => boolean): SlotsAt {
  const sources = sourcesOf(steps)
  const entities = new Set(steps.flatMap(({ path, requires }) => (requires ? [pathKey(path)] : [])))
  const slots = new Map<string, readonly Slot[]>()

  /** Null where objects of different types are written differently. */
  const objectAt = (path: string): WrittenObject | null => {
    const [first, ...others] = written.get(path) ?? []
    return first && others.every((other) => keyOf(other) === keyOf(first)) ? first : null
  }
  const shapeOf = (of: ResponseType, path: string, isRequired = false): Shape | null => {
    switch (of.kind) {
      case 'nonNull':
        return shapeOf(of.of, path, true)
      case 'leaf':
        return { isRequired, kind: 'leaf', leaf: of.leaf }
      case 'enum':
        return { isRequired, kind: 'enum', values: [...of.values] }
      case 'list': {
        const item = shapeOf(of.of, path)
        return item && { isRequired, kind: 'list', of: item }
      }
      case 'object': {
        const members = entities.has(path) ? undefined : objectAt(path)?.fields.map((field) => memberOf(field, path))
        return members?.every((member) => member !== null) ? { isRequired, kind: 'object', members } : holeAt(path, isRequired)
      }
      case 'abstract':
        return holeAt(path, isRequired)
      default:
        of satisfies never
        throw new Error('unreachable')
    }
  }
  const holeAt = (path: string, isRequired: boolean): Shape | null => (canFill(path) ? { isRequired, kind: 'hole' } : null)
  const memberOf = (field: WrittenField | null, parent: string): Member | null => {
    const path = field && within(parent, field.name)
    if (!path || !sources.get(path)) return null
    const shape = shapeOf(field.type, path)
    return shape && { name: field.name, shape }
  }
  const findSlots = (parent: string): readonly Slot[] => {
    const { fields = [], hasFirst = false } = objectAt(parent) ?? {}
    const found: Slot[] = []
    for (let from = 0; from < fields.length; ) {
      const members = runFrom(fields, from, parent)
      if (isWorthIt(members)) {
        const end = from + members.length
        // What another slot begins with is not written by itself.
        const next = isWorthIt(runFrom(fields, end, parent)) ? null : nextOf(members, fields[end] ?? null, parent)
        const [hole] = holesOf(members)
        const opening = from === 0 && hasFirst ? '{' : ','
        found.push({ name: slotName(members, next), members, opening, next, hole: hole?.split('.') ?? null })
      }
      from += Math.max(1, members.length)
    }
    return found
  }
  const follows = (parent: string, last: string, name: string) => {
    const source = sources.get(within(parent, last))
    return source?.next === within(parent, name) && sources.get(source.next)?.step === source.step
  }
  const runFrom = (fields: readonly (WrittenField | null)[], from: number, parent: string): readonly Member[] => {
    const members: Member[] = []
    for (const field of fields.slice(from)) {
      const member = memberOf(field, parent)
      const last = members.at(-1)
      // A hole that is a field's whole value is as well read as a field.
      if (!member || member.shape.kind === 'hole' || (last && !follows(parent, last.name, member.name))) break
      if (holesOf([...members, member]).size > 1) break
      members.push(member)
    }
    return members
  }
  /** A list or an object is always written after its key. */
  const nextOf = (members: readonly Member[], field: WrittenField | null, parent: string): string | null => {
    const last = members.at(-1)
    if (!last || !field || !isComposite(field.type)) return null
    return sources.get(within(parent, last.name))?.next === within(parent, field.name) ? field.name : null
  }

  return (path) => {
    const key = pathKey(path)
    const found = slots.get(key) ?? findSlots(key)
    slots.set(key, found)
    return found
  }
}

/** The paths from the object to all holes. */
const holesOf = (members: readonly Member[], parent = ''): ReadonlySet<string> =>
  new Set(members.flatMap(({ name, shape }) => holesIn(shape, within(parent, name))))

function holesIn(shape: Shape, path: string): readonly string[] {
  if (shape.kind === 'list') return holesIn(shape.of, path)
  if (shape.kind === 'object') return [...holesOf(shape.members, path)]
  return shape.kind === 'hole' ? [path] : []
}

/** The template on the way along `path` from an object with these slots, and how many steps it spares. */
export function templateOn(
  slots: readonly Slot[],
  path: readonly string[],
): { readonly slot: Slot; readonly steps: number } | null {
  const slot = slots.find(({ hole, members }) => hole && members.some(({ name }) => name === path[0]))
  if (!slot?.hole) return null
  let steps = 0
  for (const name of slot.hole) {
    while (path[steps] === '@') steps++
    if (path[steps] !== name) return null
    steps++
  }
  while (path[steps] === '@') steps++
  return { slot, steps }
}

const within = (parent: string, name: string) => (parent === '' ? name : `${parent}.${name}`)

const keyOf = ({ fields, hasFirst }: WrittenObject) =>
  `${hasFirst} ${fields.map((field) => (field ? `${field.name} ${field.type.text}` : '')).join(' ')}`

const isComposite = (type: ResponseType): boolean =>
  type.kind === 'nonNull' ? isComposite(type.of) : type.kind === 'list' || type.kind === 'object' || type.kind === 'abstract'

/** One value alone is as well kept as a value. */
const isWorthIt = (members: readonly Member[]) =>
  members.length > 1 || members.some(({ shape }) => shape.kind === 'object' || shape.kind === 'list')

/** For every path that is written; null where several fetches write it, one renames it, or one reads its value. */
function sourcesOf(steps: readonly FetchStep[]): ReadonlyMap<string, Source | null> {
  const sources = new Map<string, Source | null>()
  for (const step of steps) {
    const lastOf = new Map<string, Source>()
    for (const path of step.writes.keys()) {
      const source: Source = { step, next: null }
      const last = lastOf.get(parentKey(path))
      if (last) last.next = path
      lastOf.set(parentKey(path), source)
      sources.set(path, sources.has(path) || step.outputRewrites.length > 0 ? null : source)
    }
  }
  for (const { path, requires } of steps) {
    // Templates are passed through on the way to entities, and to nothing else.
    const passed = new Set(requires ? readPaths(path, []) : [])
    for (const read of readPaths(path, requires ?? [])) if (!passed.has(read)) sources.set(read, null)
  }
  return sources
}

/** Puts the values of all slots in `data` where they would be without slots. */
export function expandSlots(data: unknown): void {
  for (const _ of expanding(data)) continue
}

/** As `expandSlots`; yields after every object. */
export function* expanding(data: unknown): Generator<undefined, void> {
  // Equal entities may be one object.
  const seen = new Set<unknown>()
  const waiting: unknown[] = [data]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (isObject(value)) expandOwn(value)
    for (const inner of Object.values(value)) if (typeof inner === 'object') waiting.push(inner)
    yield
  }
}

function expandOwn(object: JsonObject): void {
  for (const name of Object.keys(object)) {
    const kept = object[name]
    if (!isSlotName(name) || kept === undefined) continue
    const parts = (Array.isArray(kept) ? kept : [kept]) as Template
    const text = parts.map((part, index) => (typeof part === 'string' ? part : `{"${HOLE}":${index}}`)).join('')
    const [, , next] = name.split(MARK)
    const end = next === undefined ? text.length : text.length - keyText(',', next).length
    // What is kept is members of an object, as a reply had them.
    Object.assign(object, fillHoles(JSON.parse(`{${text.slice(1, end)}}`), parts))
    object[name] = undefined
  }
}

/** No name of GraphQL either. */
const HOLE = '$'

function fillHoles(value: unknown, parts: Template): unknown {
  if (Array.isArray(value)) return value.map((each) => fillHoles(each, parts))
  if (!isObject(value)) return value
  const index = value[HOLE]
  if (typeof index === 'number') return parts[index]
  for (const name of Object.keys(value)) setOwn(value, name, fillHoles(value[name], parts))
  return value
}

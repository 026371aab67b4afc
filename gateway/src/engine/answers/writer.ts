import type { Condition } from '../../admission/conditions.ts'
import type { Bounds } from '../bounds.ts'
import { type Code, checkedName, literal, read } from '../compiling/code.ts'
import type { FetchStep } from '../compiling/fetch-steps.ts'
import {
  fieldIn,
  type ResponseField,
  type ResponseSelection,
  type ResponseTree,
  type ResponseType,
} from '../compiling/response-tree.ts'
import type { PossibleTypes, TypeTest } from '../compiling/type-tests.ts'
import { keyText, planSlots, type SlotsAt } from '../compiling/verbatim.ts'
import { inOnePiece, type JsonObject } from '../plain-data.ts'
import { isScalar } from './shape.ts'
import { type Body, bodyCode, leafOf, type Statement, type WriterOf, writtenBy, writtenField } from './writer-bodies.ts'
import { Output, type Rest } from './writer-output.ts'

/** Thrown by a writer at data that it was not made for. Holds no stack, for it is no error. */
export const UNFORESEEN = Symbol('unforeseen')

/** Writes an answer's data as text, in one pass over what the subgraphs gave. */
export type Writer = {
  /**
   * The text in pieces; null where a missing value takes the whole data with it. `conditions` are the values of the writer's
   * variables, and `introspections` the texts of its introspection fields. `isPlain` says that no string needs an escape.
   * Throws UNFORESEEN for data of an unexpected form or type. Where it takes long, rests of lists are left out.
   */
  write(data: JsonObject, ...input: WriterInput): readonly (string | Rest)[] | null
  /** Writes what `write` or `resume` has left out. Throws UNFORESEEN also where that must not be there. */
  resume(rest: Rest, ...input: WriterInput): readonly (string | Rest)[]
  /** Whether the last text has a null that the API does not allow, or had one that took its parent with it. */
  hasFault(): boolean
}

export type WriterInput = readonly [
  conditions: readonly boolean[],
  introspections: readonly string[],
  isPlain: boolean,
  bounds: Bounds,
]

export type GeneratedWriter = {
  /** Names of functions to be built. */
  readonly exports: readonly ['write', 'resume', 'hasFault']
  readonly variables: readonly string[]
  /** For each text the selections that it answers, each as far as its conditions hold. */
  readonly introspections: readonly (readonly Introspection[])[]
  /** Where it takes pieces of replies as they are. */
  readonly slotsAt: SlotsAt
}

/** A selection of the schema or of one of its types. */
export type Introspection = { readonly field: ResponseField; readonly conditions: readonly Condition[] }

/** Paths at which one object stands for all equal ones; each is written once in each of the ways in which it is selected. */
type SharedPaths = ReadonlySet<string>

/** Adds a writer of `tree`, of data that `steps` give, to `code`. */
export function generateWriter(
  code: Code,
  tree: ResponseTree,
  steps: readonly FetchStep[],
  types: TypeTest,
  possibleTypes: PossibleTypes,
  shared: SharedPaths,
  pieceLength: number,
): GeneratedWriter {
  const context: Context = {
    code,
    types,
    possibleTypes,
    shared,
    variables: [],
    guards: new Map(),
    introspections: [],
    objects: new Map(),
    writers: new Map(),
    enums: new Map(),
    bodies: [],
  }
  code.add(HELPERS(code))
  const root = code.name()
  const occurrences = occurrencesFor(tree.rootType, [{ guards: [], selections: tree.selections }], context)
  addBody({ name: root, hasType: false }, occurrences, literal(tree.rootType), [], context)
  const slotsAt = planSlots(writtenBy(context.bodies), steps, (path) => context.writers.get(path)?.length === 1)
  const writerOf: WriterOf = (path) => context.writers.get(path.join('.'))?.[0] ?? 'unforeseen'
  for (const body of context.bodies) code.add(bodyCode(body, slotsAt(body.path), writerOf))
  const assign = context.variables.map((_, index) => `c${index} = conditions[${index}];`).join(' ')
  code.add(`${context.variables.map((_, index) => `let c${index} = false`).join('\n')}
function begin(conditions, introspections, isPlain, bounds) {
  faulty = false; plain = isPlain; x = introspections; ${assign}
  return new ${code.constant(Output)}(${pieceLength}, bounds)
}
function write(data, ...input) {
  const w = begin(...input), isThere = ${root}(data, w)
  x = null
  return isThere ? w.end() : null
}
function resume(rest, ...input) {
  const w = begin(...input)
  if (!rest.write(rest.list, w, rest.at)) unforeseen()
  x = null
  return w.end()
}`)
  return {
    exports: ['write', 'resume', 'hasFault'],
    variables: context.variables,
    introspections: context.introspections,
    slotsAt,
  }
}

type Context = {
  readonly code: Code
  readonly types: TypeTest
  readonly possibleTypes: PossibleTypes
  readonly shared: SharedPaths
  readonly variables: string[]
  /** What each guard stands for. */
  readonly guards: Map<string, Condition>
  readonly introspections: Introspection[][]
  readonly objects: Map<string, string>
  /** The functions that write the objects at each path. */
  readonly writers: Map<string, string[]>
  readonly enums: Map<string, string>
  readonly bodies: Body[]
}

/** Selections that count where all guards hold. A guard is `c0` or `!c0`. */
type Branch = { readonly guards: readonly string[]; readonly selections: readonly ResponseSelection[] }
type Occurrence = { readonly guards: readonly string[]; readonly field: ResponseField }

const HELPERS = (code: Code) => `const whole = ${code.constant(inOnePiece)}
let faulty = false, plain = false, x = null
function q(v) { return plain ? '"' + v + '"' : quote(v) }
function unforeseen() { throw ${code.constant(UNFORESEEN)} }
function invalid() { faulty = true; return false }
function hasFault() { return faulty }
function id(v) { return ${code.constant(isScalar)}('ID', v) ? '"' + v + '"' : unforeseen() }
function json(v) { const text = JSON.stringify(v); return text === undefined ? unforeseen() : text }`

/** The fields that an object of `typeName` gets, fragments written out, in order. */
function occurrencesFor(typeName: string, branches: readonly Branch[], context: Context): readonly Occurrence[] {
  return branches.flatMap(({ guards, selections }) =>
    selections.flatMap((selection) => {
      const all = addGuards(guards, selection.conditions, context)
      if (!all) return []
      if (selection.kind === 'field') return [{ guards: all, field: fieldIn(selection, typeName) }]
      const { typeCondition } = selection
      if (typeCondition !== null && !context.types.namesOf(typeCondition).has(typeName)) return []
      return occurrencesFor(typeName, [{ guards: all, selections: selection.selections }], context)
    }),
  )
}

/** Null if they contradict each other. */
function addGuards(guards: readonly string[], conditions: readonly Condition[], context: Context): readonly string[] | null {
  const all = new Set(guards)
  for (const condition of conditions) {
    const { variable, value } = condition
    let index = context.variables.indexOf(variable)
    if (index === -1) index = context.variables.push(variable) - 1
    if (all.has(`${value ? '!' : ''}c${index}`)) return null
    const guard = `${value ? '' : '!'}c${index}`
    context.guards.set(guard, condition)
    all.add(guard)
  }
  return [...all]
}

/** Adds a body, whose code is made once all are there. */
function addBody(
  { name, hasType }: Pick<Body, 'name' | 'hasType'>,
  occurrences: readonly Occurrence[],
  typeName: string,
  path: readonly string[],
  context: Context,
): void {
  const byName = new Map<string, Occurrence[]>()
  const statements: Statement[] = []
  let hasFirst = false
  for (const occurrence of occurrences) {
    const { field, guards } = occurrence
    const same = byName.get(field.responseName) ?? []
    byName.set(field.responseName, [...same, occurrence])
    if (same.some((earlier) => earlier.guards.length === 0)) continue
    const conditions = [...guards, ...same.map((earlier) => `!(${earlier.guards.join(' && ')})`)]
    if (conditions.length === 0 && statements.length === 0) hasFirst = true
    const all = occurrences.filter((other) => other.field.responseName === field.responseName)
    const key = keyText(hasFirst && statements.length === 0 ? '{' : ',', field.responseName)
    const put = fieldStatement(field, all, typeName, [...path, field.dataName], context)
    const isAlways = conditions.length === 0
    statements.push({
      put: (head) => `${isAlways ? '' : `if (${conditions.join(' && ')}) `}{ ${put(literal(head))} }`,
      key,
      leaf: isAlways ? leafOf(field, key, typeName) : null,
      written: isAlways && all.length === 1 ? writtenField(field) : null,
    })
  }
  context.bodies.push({ name, hasType, path, statements, hasFirst })
}

function fieldStatement(
  field: ResponseField,
  occurrences: readonly Occurrence[],
  typeName: string,
  path: readonly string[],
  context: Context,
): Put {
  if (field.meta === 'typename') return (key) => `w.out += ${key} + '"' + ${typeName} + '"'`
  if (field.meta === 'introspection') {
    const conditionsOf = (guards: readonly string[]) => guards.flatMap((guard) => context.guards.get(guard) ?? [])
    const asked = occurrences.map((occurrence) => ({ field: occurrence.field, conditions: conditionsOf(occurrence.guards) }))
    const at = context.introspections.push(asked) - 1
    return (key) => `w.out += ${key} + x[${at}]`
  }
  const isAlways = occurrences.length === 1
  const branches = occurrences.map(({ guards, field: { selections } }) => ({ guards: isAlways ? [] : guards, selections }))
  const put = valueStatement(field.type, branches, path, context)
  return (key) => `const v = ${read('o', field.dataName)}\n${put(key)}`
}

/** Code that adds to the output what comes first, a literal, and a value. */
type Put = (key: string) => string

/** The literal of nothing. */
const NO_KEY = literal('')

/** A statement that adds `v`, or returns false for the whole. */
function valueStatement(type: ResponseType, branches: readonly Branch[], path: readonly string[], context: Context): Put {
  const isRequired = type.kind === 'nonNull'
  const inner = isRequired ? type.of : type
  const nothing = (key: string) => (isRequired ? 'return invalid()' : `w.out += ${key} + 'null'`)
  if (inner.kind === 'leaf' || inner.kind === 'enum') {
    const text = leafText(inner, context)
    return (key) => `if (v === undefined || v === null) ${nothing(key)}; else w.out += ${key} + ${text}`
  }
  const write =
    inner.kind === 'list' ? listWriter(inner.of, branches, path, context) : objectWriter(inner, branches, path, context)
  const addKey = (key: string) => (key === NO_KEY ? '' : `w.out += ${key};`)
  const add = (key: string) =>
    isRequired
      ? `${addKey(key)} if (!${write}(v, w)) return false`
      : `const mark = w.texts.length, kept = w.out; ${addKey(key)} if (!${write}(v, w)) { w.texts.length = mark; w.out = kept + ${key} + 'null' }`
  return (key) => `if (v === undefined || v === null) ${nothing(key)}; else { ${add(key)} }`
}

function leafText(type: Extract<ResponseType, { kind: 'leaf' | 'enum' }>, context: Context): string {
  if (type.kind === 'enum') {
    const known = context.enums.get(type.text)
    const texts = known ?? context.code.constant(new Map([...type.values].map((value) => [value, JSON.stringify(value)])))
    context.enums.set(type.text, texts)
    return `(${texts}.get(v) ?? unforeseen())`
  }
  switch (type.leaf) {
    case 'String':
      return `(typeof v === 'string' ? q(v) : unforeseen())`
    case 'ID':
      return `(typeof v === 'string' ? q(v) : id(v))`
    case 'Int':
      return `(typeof v === 'number' && (v | 0) === v ? v : unforeseen())`
    case 'Float':
      return `(typeof v === 'number' && Number.isFinite(v) ? v : unforeseen())`
    case 'Boolean':
      return `(v === true ? 'true' : v === false ? 'false' : unforeseen())`
    case 'custom':
      return `(typeof v === 'string' ? q(v) : json(v))`
    default:
      type.leaf satisfies never
      throw new Error('unreachable')
  }
}

function listWriter(of: ResponseType, branches: readonly Branch[], path: readonly string[], context: Context): string {
  const name = context.code.name()
  const item = valueStatement(of, branches, path, context)(NO_KEY)
  context.code.add(`function ${name}(a, w, i = 0) {
  if (!Array.isArray(a)) unforeseen()
  if (i === 0) w.out += '['
  for (; i < a.length; i++) { if (i !== 0) w.out += ','; const v = a[i]; ${item}; if (w.cut()) { w.defer(${name}, a, i + 1); return true } }
  w.out += ']'
  return true
}`)
  return name
}

/** A function that writes objects of `type`: one body for all types that are selected alike. */
function objectWriter(type: ResponseType, branches: readonly Branch[], path: readonly string[], context: Context): string {
  const { code } = context
  const key = path.join('.')
  const selected = `${key} ${type.text} ${branches.map(branchKey).join(' ')}`
  const made = context.objects.get(selected)
  if (made) return made
  const name = code.name()
  context.objects.set(selected, name)
  context.writers.set(key, [...(context.writers.get(key) ?? []), name])
  // Several writers may come to one object, each with a text of its own.
  const known = context.shared.has(key) ? `o.$${name}` : null
  const open = `if (typeof o !== 'object') unforeseen(); ${known ? `if (${known} !== undefined) { w.add(${known}); return true }` : ''} const t = o.__typename`
  const keep = (call: string) =>
    known
      ? `const kept = w.hold(), text = w.release(${call}, kept); if (text === null) return false; w.add(${known} = whole(text)); return true`
      : `return ${call}`
  if (type.kind === 'object') {
    const body = code.name()
    addBody({ name: body, hasType: false }, occurrencesFor(type.text, branches, context), literal(type.text), path, context)
    code.add(
      `function ${name}(o, w) { ${open}; if (t !== ${literal(checkedName(type.text))} && (Array.isArray(o) || (t !== undefined && t !== null))) unforeseen(); ${keep(`${body}(o, w)`)} }`,
    )
    return name
  }
  const bodies = new Map<string, { readonly typeNames: string[]; readonly occurrences: readonly Occurrence[] }>()
  for (const typeName of context.possibleTypes(type.text)) {
    const occurrences = occurrencesFor(typeName, branches, context)
    // The name of an interface is no object's, although a subgraph that knows it as an object gives it.
    if (context.types.isAbstract(typeName) && occurrences.some(({ field }) => field.meta === 'typename')) continue
    const key = occurrences.map(({ guards, field }) => `${field.id} ${field.type.text} ${guards.join(' ')}`).join(',')
    const group = bodies.get(key)
    if (group) group.typeNames.push(typeName)
    else bodies.set(key, { typeNames: [typeName], occurrences })
  }
  const cases = [...bodies.values()].map(({ typeNames, occurrences }) => {
    const body = code.name()
    addBody({ name: body, hasType: true }, occurrences, 't', path, context)
    return `${typeNames.map((each) => `case ${literal(checkedName(each))}:`).join(' ')} { ${keep(`${body}(o, w, t)`)} }`
  })
  code.add(`function ${name}(o, w) { ${open}; switch (t) { ${cases.join('\n')} default: return unforeseen() } }`)
  return name
}

const branchKey = ({ guards, selections }: Branch): string =>
  `${guards.join('&')}(${selections.map((selection) => (selection.kind === 'field' ? String(selection.id) : `${selection.typeCondition}[${branchKey({ guards: selection.conditions.map((each) => `${each.variable}${each.value}`), selections: selection.selections })}]`)).join(',')})`

import { type FieldNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql'
import { checkedName, createCode, literal } from './code.ts'
import type { JsonObject } from './plain-data.ts'

/**
 * Takes the data out of the text of a reply that has nothing else, as JSON.parse would; undefined if the reply is not
 * exactly as expected, and JSON.parse must have a look. The text must have no backslash and no control character.
 */
export type ParseReply = (text: string) => JsonObject | undefined

/** Names that later fetches give to the objects at `path` of a reply: room is left for them. */
export type LaterNames = (path: readonly string[]) => readonly string[]

/** So many replies in a row that are not as expected show that none will be, e.g. of a server that indents. */
const MAX_FAULTS = 8

/**
 * A parser for the replies to `query`: a server answers the fields in the order in which they are asked for, so keys are
 * compared and not looked up, objects get their form at once, and a string is a part of the text. For large replies it
 * takes half the time of JSON.parse.
 */
export function createReplyParser(query: string, laterNames: LaterNames): ParseReply {
  let faults = 0
  let parseText: ParseReply | null = null
  return (text) => {
    if (faults >= MAX_FAULTS) return undefined
    parseText ??= generateParser(query, laterNames)
    const data = parseText?.(text)
    faults = data ? 0 : faults + 1
    return data
  }
}

/** What a parser throws at a text that is not as expected. */
const UNEXPECTED = Symbol('unexpected')

const HELPERS = (unexpected: string) => `let t = '', i = 0
const EMPTY = []
function bad() { throw ${unexpected} }
function lit(x) { if (!t.startsWith(x, i)) bad(); i += x.length }
function str() {
  const e = t.indexOf('"', i + 1)
  if (e === -1) bad()
  const s = t.slice(i + 1, e)
  i = e + 1
  return s
}
function key() { if (t.charCodeAt(i) !== 34) bad(); const k = str(); if (t.charCodeAt(i) !== 58) bad(); i++; return k }
function num() {
  const from = i
  let c = t.charCodeAt(i), n = 0
  const first = c
  while (c >= 48 && c <= 57) { n = n * 10 + c - 48; c = t.charCodeAt(++i) }
  if (c !== 46 && c !== 45 && c !== 43 && c !== 101 && c !== 69 && i > from && i - from < 16 && (first !== 48 || i - from === 1)) return n
  while ((c >= 48 && c <= 57) || c === 46 || c === 45 || c === 43 || c === 101 || c === 69) c = t.charCodeAt(++i)
  return JSON.parse(t.slice(from, i))
}
function value() {
  switch (t.charCodeAt(i)) {
    case 34: return str()
    case 91: return list(value)
    case 110: lit('null'); return null
    case 116: lit('true'); return true
    case 102: lit('false'); return false
    case 123: return bad()
    default: return num()
  }
}
function list(item) {
  i++
  const out = EMPTY.slice()
  if (t.charCodeAt(i) === 93) { i++; return out }
  for (;;) {
    out.push(item())
    const c = t.charCodeAt(i++)
    if (c === 93) return out
    if (c !== 44) bad()
  }
}
function parse(text) {
  t = text; i = 0
  try {
    lit('{"data":')
    const data = root()
    lit('}')
    return i === t.length && data !== null && !Array.isArray(data) ? data : undefined
  } catch {
    return undefined
  } finally {
    t = ''
  }
}`

type Fields = {
  readonly children: ReadonlyMap<string, readonly SelectionSetNode[]>
  /** Whether all of them come, always and in this order. */
  readonly isFixed: boolean
}

/** Null for a selection with names that need care. */
function generateParser(query: string, laterNames: LaterNames): ParseReply | null {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  )
  if (!operation) return null
  const code = createCode()
  code.add(HELPERS(code.constant(UNEXPECTED)))
  const root = generateObject(code, [operation.selectionSet], [], laterNames)
  if (root === null) return null
  code.add(`function root() { return ${root}() }`)
  // What HELPERS declares under this name.
  return code.build<{ readonly parse: ParseReply }>(['parse']).parse
}

/** Adds a function that reads an object, a list of such, or null, and gives its name. */
function generateObject(
  code: ReturnType<typeof createCode>,
  sets: readonly SelectionSetNode[],
  path: readonly string[],
  laterNames: LaterNames,
): string | null {
  const fields = fieldsOfAll(sets)
  if (!fields) return null
  const names = [...fields.children.keys()]
  const readers = new Map<string, string>()
  for (const [name, children] of fields.children) {
    const reader = children.length === 0 ? 'value' : generateObject(code, children, [...path, name], laterNames)
    if (reader === null) return null
    readers.set(name, reader)
  }
  const later = laterNames(path).filter((name) => !fields.children.has(name) && isOrdinary(name))
  const shape = code.name()
  // Objects of a literal would be made in old space once V8 sees that many live until the answer is written.
  code.add(`function ${shape}(${names.map((_, index) => `v${index}`).join(', ')}) {
  ${[...names.map((name, index) => `this.${name} = v${index}`), ...later.map((name) => `this.${name} = undefined`)].join('\n  ')}
}
${shape}.prototype = Object.prototype`)
  const body = fields.isFixed
    ? `${names.map((name, index) => `lit(${literal(`${index === 0 ? '{' : ','}"${name}":`)}); const v${index} = ${readers.get(name)}()`).join('\n')}
lit('}')
return new ${shape}(${names.map((_, index) => `v${index}`).join(', ')})`
    : `const o = new ${shape}()
i++
if (t.charCodeAt(i) === 125) { i++; return o }
for (;;) {
  switch (key()) {
    ${names.map((name) => `case ${literal(name)}: if (o.${name} !== undefined) bad(); o.${name} = ${readers.get(name)}(); break`).join('\n')}
    default: bad()
  }
  const c = t.charCodeAt(i++)
  if (c === 125) return o
  if (c !== 44) bad()
}`
  const own = code.name()
  const reader = code.name()
  code.add(`function ${own}() { ${body} }
function ${reader}() {
  switch (t.charCodeAt(i)) {
    case 123: return ${own}()
    case 91: return list(${reader})
    default: lit('null'); return null
  }
}`)
  return reader
}

/** The fields of an object by response name, with what is asked of each. Null where it cannot be told. */
function fieldsOfAll(sets: readonly SelectionSetNode[]): Fields | null {
  const children = new Map<string, SelectionSetNode[]>()
  let isFixed = true
  let fragments = 0
  const addField = ({ alias, name, selectionSet, directives }: FieldNode): boolean => {
    const responseName = checkedName(alias?.value ?? name.value)
    const known = children.get(responseName) ?? []
    children.set(responseName, selectionSet ? [...known, selectionSet] : known)
    if ((directives ?? []).length > 0) isFixed = false
    return isOrdinary(responseName)
  }
  const addSet = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return addField(selection)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return false
      if (selection.typeCondition) fragments++
      if ((selection.directives ?? []).length > 0) isFixed = false
      return addSet(selection.selectionSet)
    })
  if (!sets.every(addSet) || children.size === 0) return null
  const isOneFragment = fragments === 1 && sets.every((set) => set.selections.every(({ kind }) => kind !== Kind.FIELD))
  return { children, isFixed: isFixed && (fragments === 0 || isOneFragment) }
}

const isOrdinary = (name: string) => !(checkedName(name) in Object.prototype)

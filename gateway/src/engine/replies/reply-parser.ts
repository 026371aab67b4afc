import { Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql'
import { type Code, createCode, literal } from '../compiling/code.ts'
import { isSlotName, keyText, type Member, type Slot } from '../compiling/verbatim.ts'
import type { JsonObject } from '../plain-data.ts'
import { type Fields, fieldsOfAll, isOrdinary } from './reply-fields.ts'
import { READING } from './reply-reading.ts'
import { generateSkip, SKIPS } from './reply-skips.ts'
import { generatePass, type Passes } from './reply-texts.ts'
import { readingIn, WINDOWS, type Windows } from './reply-windows.ts'

/**
 * Takes the data out of a reply that has nothing else, as JSON.parse would; undefined if the reply is not exactly as
 * expected, and JSON.parse must have a look. The reply must have no backslash and no control character; its `text` must
 * be given where it is not ASCII. Nothing of the reply's memory is kept.
 */
export type ParseReply = (reply: Buffer, text?: string) => JsonObject | undefined

/** What is known of an object of a reply before it comes. */
export type Place = {
  /** Names that any fetch gives to it, those of slots among them: there is room for them. */
  readonly names: readonly string[]
  /** What may be kept as a piece of the reply. */
  readonly slots: readonly Slot[]
}

/** The place at a path of a reply. */
export type PlaceAt = (path: readonly string[]) => Place

/** So many replies in a row that are not as expected show that none will be, e.g. of a server that indents. */
const MAX_FAULTS = 8

/**
 * A parser for the replies to `query`: a server answers the fields in the order in which they are asked for, so keys are
 * compared and not looked up, objects get their form at once, and a string is a part of the text. For large replies it
 * takes half the time of JSON.parse.
 */
export function createReplyParser(query: string, placeAt: PlaceAt, windows = WINDOWS): ParseReply {
  let faults = 0
  let parseReply: ParseReply | null = null
  return (reply, text) => {
    if (faults >= MAX_FAULTS) return undefined
    parseReply ??= generateParser(query, placeAt, windows)
    const data = parseReply?.(reply, text)
    faults = data ? 0 : faults + 1
    return data
  }
}

/** What a parser throws at a text that is not as expected. */
const UNEXPECTED = Symbol('unexpected')

/** Null for a selection with names that need care. */
function generateParser(query: string, placeAt: PlaceAt, windows: Windows): ParseReply | null {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  )
  if (!operation) return null
  const code = createCode()
  code.add(readingIn(windows))
  code.add(READING(code.constant(UNEXPECTED)))
  code.add(SKIPS)
  const root = generateObject({ code, placeAt, passes: new Map(), objects: new Map() }, [operation.selectionSet], [])
  if (root === null) return null
  code.add(`function root() { return ${root}() }`)
  // What readingIn declares under this name.
  return code.build<{ readonly parse: ParseReply }>(['parse']).parse
}

type Context = {
  readonly code: Code
  readonly placeAt: PlaceAt
  readonly passes: Passes
  /** Functions that read the object at a path. */
  readonly objects: Map<string, string>
}

/** Adds a function that reads an object, a list of such, or null, and gives its name. */
function generateObject(context: Context, sets: readonly SelectionSetNode[], path: readonly string[]): string | null {
  const { code } = context
  const fields = fieldsOfAll(sets)
  if (!fields) return null
  const readers = new Map<string, string>()
  for (const [name, children] of fields.children) {
    const reader = children.length === 0 ? 'value' : generateObject(context, children, [...path, name])
    if (reader === null) return null
    readers.set(name, reader)
  }
  const place = context.placeAt(path)
  const parts = partsOf(fields, place.slots)
  const own = parts.map((part) => (typeof part === 'string' ? part : part.name))
  const kept = new Set(
    place.slots.flatMap(({ name, members }) => (own.includes(name) ? members.map((member) => member.name) : [])),
  )
  const later = place.names.filter((name) => !own.includes(name) && !kept.has(name) && (isSlotName(name) || isOrdinary(name)))
  const shape = code.name()
  code.add(`function ${shape}(${own.map((_, index) => `v${index}`).join(', ')}) {
  ${[...own.map((name, index) => `this.${name} = v${index}`), ...later.map((name) => `this.${name} = undefined`)].join('\n  ')}
}
${shape}.prototype = Object.prototype`)
  const read = code.name()
  context.objects.set(path.join('.'), read)
  const body = fields.isFixed ? fixedBody(context, path, parts, readers, shape) : freeBody([...readers.keys()], readers, shape)
  code.add(`function ${read}() { ${body} }`)
  const reader = code.name()
  code.add(`function ${reader}() {
  switch (t.charCodeAt(i)) {
    case 123: return ${read}()
    case 91: return list(${reader})
    default: lit('null'); return null
  }
}`)
  return reader
}

/** The fields in order, with those of a slot together where they come as the slot has them. */
function partsOf({ children, isFixed }: Fields, slots: readonly Slot[]): readonly (string | Slot)[] {
  const names = [...children.keys()]
  if (!isFixed) return names
  const parts: (string | Slot)[] = []
  for (let at = 0; at < names.length; ) {
    const slot = slots.find(({ members }) => members.every((member, i) => comesAs(member, names[at + i], children)))
    parts.push(slot ?? names[at] ?? '')
    at += slot ? slot.members.length : 1
  }
  return parts
}

/** Whether a field of a reply comes with just what `member` holds, in its order. */
function comesAs({ name, shape }: Member, found: string | undefined, children: Fields['children']): boolean {
  const sets = children.get(name)
  if (name !== found || !sets) return false
  let inner = shape
  while (inner.kind === 'list') inner = inner.of
  if (inner.kind === 'hole') return sets.length > 0
  if (inner.kind !== 'object') return sets.length === 0
  const { members } = inner
  const fields = sets.length === 0 ? null : fieldsOfAll(sets)
  if (!fields?.isFixed || fields.children.size !== members.length) return false
  const names = [...fields.children.keys()]
  return members.every((member, i) => comesAs(member, names[i], fields.children))
}

/** Reads an object whose fields always come in this order. */
function fixedBody(
  context: Context,
  path: readonly string[],
  parts: readonly (string | Slot)[],
  readers: ReadonlyMap<string, string>,
  shape: string,
): string {
  const pass = (text: string) => `${generatePass(context.code, context.passes, text)}()`
  const keyOf = (name: string, isFirst: boolean) => pass(keyText(isFirst ? '{' : ',', name))
  const lines: string[] = []
  const others: string[] = []
  let isKeyRead = false
  for (const [index, part] of parts.entries()) {
    const isFirst = index === 0
    if (typeof part === 'string') {
      lines.push(
        `${isKeyRead ? '' : `${keyOf(part, isFirst)} || bad(); `}const v${index} = ${valueReader(context.code, part, readers)}`,
      )
      isKeyRead = false
      continue
    }
    const { members, opening, next, hole } = part
    const reader = hole && (context.objects.get([...path, ...hole].join('.')) ?? null)
    const keys = members.map(({ name }, i) => keyOf(name, isFirst && i === 0))
    const skip = members.map((member, i) => `${keys[i]} && ${generateSkip({ ...context, reader }, member.shape)}()`)
    const plainly = members.map(({ name }, i) => `${keys[i]} || bad(); r${index}[${i}] = ${readers.get(name)}()`)
    isKeyRead = next !== null && parts[index + 1] === next
    const tail = next === null || isKeyRead ? '' : ` + ${literal(keyText(',', next))}`
    const isOpen = opening === (isFirst ? '{' : ',')
    const readKey = isKeyRead && next !== null ? `${keyOf(next, false)} || bad(); ` : ''
    const [before, take, instead] = hole
      ? [
          `const w${index} = top; begun = s${index}${isOpen ? '' : ' + 1'}`,
          `items[top++] = cut(begun)${tail}; ${isOpen ? '' : `items[w${index}] = ${literal(opening)} + items[w${index}]; `}v${index} = items.slice(w${index}, top); drop(w${index})`,
          `missed(w${index}); `,
        ]
      : ['', `v${index} = ${isOpen ? `cut(s${index})` : `${literal(opening)} + cut(s${index} + 1)`}${tail}`, '']
    lines.push(`let v${index}, r${index}
const s${index} = base + i; ${before}
if (${skip.join(' && ')}) { ${readKey}${take} }
else { ${instead}back(s${index}); r${index} = []; ${plainly.join('; ')}; ${readKey} }`)
    others.push(`if (r${index} !== undefined) { ${members.map(({ name }, i) => `o.${name} = r${index}[${i}]`).join('; ')} }`)
  }
  const made = `new ${shape}(${parts.map((_, index) => `v${index}`).join(', ')})`
  const body = `${lines.join('\n')}\n${pass('}')} || bad()\n`
  return others.length === 0 ? `${body}return ${made}` : `${body}const o = ${made}\n${others.join('\n')}\nreturn o`
}

/** The names of types are few: each is made once and not for every object. */
function valueReader(code: Code, name: string, readers: ReadonlyMap<string, string>): string {
  if (name !== '__typename') return `${readers.get(name)}()`
  const [known, text, read] = [code.name(), code.name(), code.name()]
  code.add(`let ${known} = '', ${text} = '""'
function ${read}() {
  if (has(${text})) return ${known}
  const v = value()
  if (typeof v === 'string') { ${known} = v; ${text} = '"' + v + '"' }
  return v
}`)
  return `${read}()`
}

/** Reads an object whose fields come in an order that its type decides, or not at all. */
const freeBody = (names: readonly string[], readers: ReadonlyMap<string, string>, shape: string) => `const o = new ${shape}()
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

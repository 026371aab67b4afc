import { literal, read } from '../compiling/code.ts'
import type { ResponseField } from '../compiling/response-tree.ts'
import type { Slot, WrittenField, WrittenObject } from '../compiling/verbatim.ts'

/** A function that adds the object `o` to the output `w`, or tells that it must not be there. */
export type Body = {
  readonly name: string
  /** Whether it gets the object's type as well, `t`. */
  readonly hasType: boolean
  readonly path: readonly string[]
  readonly statements: readonly Statement[]
  /** Whether the first of them is always the object's first field. */
  readonly hasFirst: boolean
}

/** Adds a field. `leaf` is how the same is done for a value of the usual form. */
export type Statement = {
  /** The code, given what stands before the value. */
  readonly put: (head: string) => string
  /** What stands before the value. */
  readonly key: string
  readonly leaf: Leaf | null
  /** The field if it is always there under its own name. */
  readonly written: WrittenField | null
}
type Leaf = {
  readonly key: string
  /** Of the value `v`. */
  readonly read: string
  readonly isUsual: ((v: string) => string) | null
  readonly isString: boolean
}

/** How a field's value of the usual form is written; null for a field without such a form. */
export function leafOf(field: ResponseField, key: string, typeName: string): Leaf | null {
  if (field.meta === 'typename') return { key, read: typeName, isUsual: null, isString: true }
  const type = field.type.kind === 'nonNull' ? field.type.of : field.type
  if (field.meta !== null || type.kind !== 'leaf') return null
  const leaf = { key, read: read('o', field.dataName) }
  switch (type.leaf) {
    case 'String':
    case 'ID':
    case 'custom':
      return { ...leaf, isUsual: (v) => `typeof ${v} === 'string'`, isString: true }
    case 'Int':
      return { ...leaf, isUsual: (v) => `typeof ${v} === 'number' && (${v} | 0) === ${v}`, isString: false }
    case 'Float':
      return { ...leaf, isUsual: (v) => `typeof ${v} === 'number' && Number.isFinite(${v})`, isString: false }
    case 'Boolean':
      return { ...leaf, isUsual: (v) => `typeof ${v} === 'boolean'`, isString: false }
    default:
      type.leaf satisfies never
      throw new Error('unreachable')
  }
}

/** Puts leaves that stand side by side into one expression: half as many texts are joined where all are as usual. */
function joinRuns(statements: readonly Statement[]): string {
  const lines: string[] = []
  for (let from = 0; from < statements.length; ) {
    let end = from
    while (statements[end]?.leaf) end++
    const run = statements.slice(from, Math.max(end, from + 1))
    const leaves = run.flatMap(({ leaf }) => leaf ?? [])
    const plainly = run.map(({ put, key }) => put(key)).join('\n')
    lines.push(leaves.length === 0 ? plainly : runStatement(leaves, plainly))
    from += run.length
  }
  return lines.join('\n')
}

function runStatement(leaves: readonly Leaf[], plainly: string): string {
  const reads = leaves.map((leaf, index) => `const v${index} = ${leaf.read};`).join(' ')
  const conditions = leaves.flatMap(({ isUsual }, index) => (isUsual ? [isUsual(`v${index}`)] : []))
  if (leaves.some(({ isUsual, isString }) => isUsual && isString)) conditions.unshift('plain')
  let pending = ''
  const parts: string[] = []
  for (const [index, { key, isString }] of leaves.entries()) {
    parts.push(literal(`${pending}${key}${isString ? '"' : ''}`), `v${index}`)
    pending = isString ? '"' : ''
  }
  if (pending !== '') parts.push(literal(pending))
  const joined = `w.out += ${parts.join(' + ')}`
  return conditions.length === 0
    ? `{ ${reads} ${joined} }`
    : `{ ${reads} if (${conditions.join(' && ')}) ${joined}; else { ${plainly} } }`
}

/** What a writer always writes under the name that it has in the data; null for anything else. */
export const writtenField = ({ meta, responseName, dataName, type }: ResponseField): WrittenField | null =>
  meta === null && responseName === dataName ? { name: dataName, type } : null

/** What bodies write, by the path of the object. */
export function writtenBy(bodies: readonly Body[]): ReadonlyMap<string, readonly WrittenObject[]> {
  const written = new Map<string, WrittenObject[]>()
  for (const { path, statements, hasFirst } of bodies) {
    const key = path.join('.')
    const object = { fields: statements.map((statement) => statement.written), hasFirst }
    const known = written.get(key)
    if (known) known.push(object)
    else written.set(key, [object])
  }
  return written
}

/** The one function that writes the objects at a path. */
export type WriterOf = (path: readonly string[]) => string

/** The function of a body. Where a slot holds text, that is written; else value by value. */
export function bodyCode(body: Body, slots: readonly Slot[], writerOf: WriterOf): string {
  const { name, hasType, hasFirst } = body
  const parameters = hasType ? 'o, w, t' : 'o, w'
  const text = fieldsText(body, slots, writerOf)
  if (hasFirst) return `function ${name}(${parameters}) { ${text}\nw.out += '}'; return true }`
  // Which field is the first turns out only when all are written, each with a comma before it.
  return `function ${name}Fields(${parameters}) { ${text}\nreturn true }
function ${name}(${parameters}) {
  const kept = w.hold(), text = w.release(${name}Fields(${parameters}), kept)
  if (text === null) return false
  w.out += '{' + text.slice(1) + '}'
  return true
}`
}

function fieldsText({ path, statements }: Body, slots: readonly Slot[], writerOf: WriterOf): string {
  const lines: string[] = []
  let from = 0
  for (const slot of slots) {
    const { name, members, next, hole } = slot
    const start = statements.findIndex(({ written }) => written?.name === members[0]?.name)
    const end = start + members.length
    const follower = next === null ? undefined : statements[end]
    const plainly = `${joinRuns(statements.slice(start, end))} ${follower ? `w.out += ${literal(follower.key)}` : ''}`
    const kept = hole ? templateText(name, writerOf([...path, ...hole])) : `w.add(o.${name})`
    lines.push(joinRuns(statements.slice(from, start)), `if (o.${name} !== undefined) { ${kept} } else { ${plainly} }`)
    if (follower) lines.push(follower.put(''))
    from = follower ? end + 1 : end
  }
  lines.push(joinRuns(statements.slice(from)))
  return lines.join('\n')
}

/** An object of a hole that must not be there takes others with it, which ones is told step by step. */
const templateText = (name: string, write: string) => `const parts = o.${name}; w.out += parts[0]
for (let i = 1; i < parts.length; i += 2) { if (!${write}(parts[i], w)) unforeseen(); w.out += parts[i + 1]; w.cut() }`

import { type Code, literal, read, write } from './code.ts'
import { knownIn, VISITS_PER_LOOK } from './entity-batch.ts'
import { type FlatForm, flatFormOf, generateRepresent } from './representations.ts'
import type { EntityFetch } from './schedule.ts'
import type { TypeTest } from './type-tests.ts'
import { type SlotsAt, templateOn } from './verbatim.ts'

/** Where to look: along `path` from the data, or from each element of a list that an earlier fetch has left. */
export type Walk = {
  readonly path: readonly string[]
  readonly isFromList: boolean
  /** Whether one entity takes the place of all equal ones. */
  readonly isShared: boolean
  /** Whether others may start at the entities that it finds. */
  readonly isSource: boolean
}

/** Adds the function of a `createCollect` that walks as `walk` says, and gives its name. */
export function generateCollect(code: Code, fetch: EntityFetch, walk: Walk, types: TypeTest, slotsAt: SlotsAt): string {
  const form = fetch.inputRewrites.length > 0 ? null : flatFormOf(fetch.requires, types)
  const visit = generateVisit(code, walk, generateIndexOf(code, fetch, form, types))
  const { path, isShared } = walk
  const skipped = fetch.path.length - path.length
  const namesTo = (position: number) => fetch.path.slice(0, skipped + position).filter((name) => name !== '@')
  const templateAt = (position: number) =>
    path[position] === '@' ? null : templateOn(slotsAt(namesTo(position)), path.slice(position))
  const step = generateSteps({ code, isShared, path, templateAt, steps: new Map([[path.length, visit]]) }, 0)
  const name = code.name()
  const known = form ? `${code.constant(knownIn)}(batch, ${literal(textOf(form))})` : 'null'
  const call = (start: string) => `${step}(${start}, batch, known, found, one)`
  const all = walk.isFromList ? `for (let i = 0; i < start.length; i++) ${call('start[i]')}` : call('start')
  code.add(`function ${name}(start, batch, found, one) { const known = ${known}\n${all} }`)
  return name
}

const textOf = ({ typeName, fields }: FlatForm) => `${typeName} ${fields.join(' ')}`

/** Adds a function that gives the index of the representation of `o` in the batch, to which it is added; -1 for none. */
function generateIndexOf(code: Code, fetch: EntityFetch, form: FlatForm | null, types: TypeTest): string {
  const name = code.name()
  const unless = fetch.unless && hasOther(code, fetch.unless, types)
  const represent = generateRepresent(code, fetch.requires, fetch.inputRewrites, types)
  const { find, keep } = form ? byValues(form) : { find: '', keep: '' }
  code.add(`function ${name}(o, { indexOf, representations }, known) {
${unless ? `if (${unless}) return -1` : ''}
${find}
const rep = ${represent}(o)
if (rep === null) return -1
let j = indexOf.get(rep)
if (j === undefined) { j = representations.push(rep) - 1; indexOf.set(rep, j) }
${keep}
return j
}`)
  return name
}

/** Code that tells whether `o` has another representation. */
function hasOther(code: Code, requires: EntityFetch['requires'], types: TypeTest): string {
  const form = flatFormOf(requires, types)
  if (!form) return `${generateRepresent(code, requires, [], types)}(o) !== null`
  const tests = form.fields.map((field) => `${read('o', field)} !== undefined`)
  return [`o.__typename === ${literal(form.typeName)}`, ...tests].join(' && ')
}

/**
 * Entities are told apart by their values, which costs less than by their texts: `known` has one of them under the first of
 * its values that is a string, mostly the key. Where two have this value alike and others not, the texts decide.
 */
function byValues({ typeName, fields }: FlatForm): { readonly find: string; readonly keep: string } {
  const values = fields.map((_, index) => `v${index}`)
  const own = fields.map((field, index) => `const v${index} = ${read('o', field)}`).join('; ')
  const key = values.reduceRight((rest, value) => `typeof ${value} === 'string' ? ${value} : ${rest}`, 'null')
  const isLike = values.map((value) => `like.${value} === ${value}`).join(' && ')
  return {
    find: `if (o.__typename !== ${literal(typeName)}) return -1
${own}
const key = ${key}, like = key === null ? undefined : known.get(key)
if (like !== undefined && ${isLike}) return like.j`,
    keep: `if (key !== null && like === undefined) known.set(key, { ${values.join(', ')}, j })`,
  }
}

/** Adds a function that takes the entity `o` and gives the one that is to stand in its place. */
function generateVisit(code: Code, { isShared, isSource }: Walk, indexOf: string): string {
  const name = code.name()
  const add = 'batch.targets.push(o); batch.indices.push(j)'
  const body = isShared
    ? `if (j === -1) { found.push(o); return o }
const first = one[j]
if (first !== undefined) return first
one[j] = o; found.push(o); ${add}`
    : `${isSource ? 'found.push(o)\n' : ''}if (j !== -1) { ${add} }`
  code.add(`function ${name}(o, batch, known, found, one) {
if (++batch.visited <= batch.done || batch.isPaused) return o
if ((batch.visited & ${VISITS_PER_LOOK - 1}) === 0) batch.look()
if (o === undefined || o === null || typeof o !== 'object') return o
const j = ${indexOf}(o, batch, known)
${body}
return o
}`)
  return name
}

type Stepping = {
  readonly code: Code
  readonly isShared: boolean
  /** All names of the walk, `@` for each element of a list. */
  readonly path: readonly string[]
  /** The template that may be at a position of the path. */
  readonly templateAt: (position: number) => ReturnType<typeof templateOn>
  /** Functions that go on from a position, those at the end of the path among them. */
  readonly steps: Map<number, string>
}

/** Adds a function that goes on from `o`, the value at a position of the path, to all entities, and gives its name. */
function generateSteps(stepping: Stepping, from: number): string {
  const { code, path, templateAt, steps } = stepping
  const known = steps.get(from)
  if (known) return known
  const name = code.name()
  const template = templateAt(from)
  // Where there is no template although there may be one, there may be others within.
  let end = from + 1
  while (end < path.length && templateAt(end) === null) end++
  const plainly = stepInto(stepping, path.slice(from, end), 0, 'o', generateSteps(stepping, end), '')
  const body = template
    ? `const parts = o.${template.slot.name}
if (parts !== undefined) for (let i = 1; i < parts.length; i += 2) { const v = parts[i]; ${goOn(stepping, 'v', generateSteps(stepping, from + template.steps), 'parts[i] = c')} }
else ${plainly}`
    : plainly
  code.add(`function ${name}(o, batch, known, found, one) { if (o !== undefined && o !== null) { ${body} } return o }`)
  steps.set(from, name)
  return name
}

const goOn = ({ isShared }: Stepping, from: string, next: string, replace: string) => {
  const call = `${next}(${from}, batch, known, found, one)`
  return isShared ? `{ const c = ${call}; if (c !== ${from}) ${replace} }` : call
}

/** Code that goes on from the value `from` along the rest of the path. */
function stepInto(
  stepping: Stepping,
  path: readonly string[],
  depth: number,
  from: string,
  next: string,
  replace: string,
): string {
  const [first, ...rest] = path
  if (first === undefined) return goOn(stepping, from, next, replace)
  const value = `v${depth}`
  if (first === '@') {
    const index = `i${depth}`
    const inner = stepInto(stepping, rest, depth + 1, value, next, `${from}[${index}] = c`)
    return `if (Array.isArray(${from})) for (let ${index} = 0; ${index} < ${from}.length; ${index}++) { const ${value} = ${from}[${index}]; ${inner} }`
  }
  const inner = stepInto(stepping, rest, depth + 1, value, next, write(from, first, 'c'))
  const body = `const ${value} = ${read(from, first)}; ${inner}`
  return depth === 0 ? `{ ${body} }` : `if (${from} !== undefined && ${from} !== null) { ${body} }`
}

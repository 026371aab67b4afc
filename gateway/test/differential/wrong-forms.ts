import type { Choice } from './choice.ts'
import type { FieldPlan, GraphPlan, TypeUse } from './plan-types.ts'

/** A field that its subgraph answers in a form that is not the one of its type. */
export type WrongForm = {
  /** What is sent for what. */
  readonly about: string
  readonly type: string
  readonly field: string
  /** Whether the first item is wrong and not the whole list. */
  readonly isItem: boolean
  /** What is sent for a value that is not null. */
  readonly change: (value: unknown) => unknown
}

type Form = Pick<WrongForm, 'about' | 'change'>

const LIST_FOR_OBJECT: Form = { about: 'a list for an object', change: (value) => [value] }
const TEXT_FOR_OBJECT: Form = { about: 'a text for an object', change: () => 'text' }
const OBJECT_FOR_LIST: Form = {
  about: 'an object for a list',
  change: (value) => (Array.isArray(value) && isObject(value[0]) ? value[0] : {}),
}
const TEXT_FOR_LIST: Form = { about: 'a text for a list', change: () => 'text' }
const LIST_FOR_LEAF: Form = { about: 'a list for a leaf', change: (value) => [value] }
const OBJECT_FOR_LEAF: Form = { about: 'an object for a leaf', change: (value) => ({ value }) }
const WRONG_LEAVES: Readonly<Record<string, readonly Form[]>> = {
  Int: [
    { about: 'a text for an Int', change: () => 'seven' },
    { about: 'a text for an Int', change: String },
    { about: 'a fraction for an Int', change: () => 1.5 },
  ],
  Float: [{ about: 'a text for a Float', change: () => 'much' }],
  Boolean: [{ about: 'a text for a Boolean', change: () => 'true' }],
  Color: [{ about: 'a text for an enum', change: () => 'PUCE' }],
  String: [],
  ID: [],
}

/**
 * One of the fields that only one subgraph has, and which nobody else needs, so that nothing else goes wrong with it. Null
 * if there is none.
 */
export function chooseWrongForm(choice: Choice, plan: GraphPlan): WrongForm | null {
  const needed = new Set(plan.entities.flatMap(({ fields }) => fields.flatMap(neededNames)))
  const mayBe = [
    ...plan.entities.flatMap(({ name, fields }) => fields.map((field) => ({ parent: name, field }))),
    ...plan.queries.map((field) => ({ parent: 'Query', field })),
  ].filter(({ field }) => field.owners.length === 1 && !needed.has(field.name))
  const places = mayBe.flatMap(({ parent, field }) => {
    const item = itemOf(field.type)
    const at = (type: TypeUse, isItem: boolean) =>
      formsFor(type).map((form): WrongForm => ({ ...form, type: parent, field: field.name, isItem }))
    return [...at(field.type, false), ...(item ? at(item, true) : [])]
  })
  if (places.length === 0) return null
  const about = choice.one([...new Set(places.map((place) => place.about))])
  const alike = places.filter((one) => one.about === about)
  // Half of the time a field of a root, which most operations ask.
  const roots = alike.filter(({ type }) => type === 'Query')
  return choice.one(roots.length > 0 && choice.chance(0.5) ? roots : alike)
}

const neededNames = ({ requires, provides, name, takenFrom }: FieldPlan) => [
  ...(requires?.fields ?? []),
  ...(requires?.beyond ? [requires.beyond.field] : []),
  ...(provides === undefined ? [] : [provides]),
  ...(takenFrom === undefined ? [] : [name]),
]

function formsFor({ named, wrappers }: TypeUse): readonly Form[] {
  const outer = wrappers.filter((wrapper) => wrapper !== '!').at(-1)
  if (outer) return [OBJECT_FOR_LIST, OBJECT_FOR_LIST, TEXT_FOR_LIST]
  // Anything may stand for a custom scalar.
  if (named === 'Stamp') return []
  const leaves = WRONG_LEAVES[named]
  if (!leaves) return [LIST_FOR_OBJECT, LIST_FOR_OBJECT, TEXT_FOR_OBJECT]
  return leaves.length > 0 ? [...leaves, LIST_FOR_LEAF, OBJECT_FOR_LEAF] : [LIST_FOR_LEAF, OBJECT_FOR_LEAF]
}

/** Undefined for what is no list. */
function itemOf({ named, wrappers }: TypeUse): TypeUse | undefined {
  const at = wrappers.lastIndexOf('[]')
  return at < 0 ? undefined : { named, wrappers: wrappers.slice(0, at) }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Puts the wrong form at each of these places of what a subgraph answers. */
export function applyWrongForm(
  { isItem, change }: WrongForm,
  data: unknown,
  places: readonly (readonly (string | number)[])[],
): void {
  for (const place of places) {
    const above = valueAt(data, place.slice(0, -1))
    const name = place.at(-1)
    if (typeof above !== 'object' || above === null || name === undefined) continue
    // Both lists and objects are read by what a path holds.
    const holder = above as Record<string | number, unknown>
    const value = holder[name]
    if (value === null || value === undefined) continue
    if (!isItem) holder[name] = change(value)
    else if (Array.isArray(value) && value[0] !== null && value.length > 0) value[0] = change(value[0])
  }
}

const valueAt = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    data,
  )

/** What the whole graph has for such a field: an error, where there is something. */
export function withFault({ isItem }: WrongForm, value: unknown, fault: Error): unknown {
  if (value === null || value === undefined) return value
  if (!isItem) return fault
  return Array.isArray(value) && value.length > 0 && value[0] !== null ? [fault, ...value.slice(1)] : value
}

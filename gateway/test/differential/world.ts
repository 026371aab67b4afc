import { codedError } from '@planet/runtime/errors'
import { GraphQLError, Kind, parse, type SelectionSetNode, valueFromASTUntyped } from 'graphql'

/** What a field's function may use. Functions are pure except for `state`, which lives as long as one execution. */
export type Asked = { readonly args: Readonly<Record<string, unknown>>; readonly state: State; readonly rows: Rows }
export type State = { total: number }

/** An object of the one graph that all subgraphs show parts of. A field that is absent is null. */
export type Row = { readonly __typename: string; readonly [field: string]: Value }
/** Rows by a name that links use; `Query`, `Mutation` and `Subscription` hold the root fields. */
export type Rows = Readonly<Record<string, Row>>
// `unknown` takes in what custom scalars hold.
export type Value = unknown

/** Stands for the row of that name. */
export class Link {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A field with @requires: `compute` gets what `selection` gives, from the representation or from the row itself. */
export class Derived {
  readonly selection: string
  readonly compute: (given: Record<string, unknown>, args: Asked['args']) => Value
  constructor(selection: string, compute: Derived['compute']) {
    this.selection = selection
    this.compute = compute
  }
}

export const link = (name: string) => new Link(name)
export const derived = (selection: string, compute: Derived['compute']) => new Derived(selection, compute)
/** A field that answers with a coded error, which masking lets through. */
export const failing = (message: string) => () => {
  throw codedError('CONFLICT', message)
}

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && '__typename' in value && typeof value.__typename === 'string'

/** The value of a field: links are followed, functions called, lists gone through. */
export function read(value: Value, asked: Asked): unknown {
  if (typeof value === 'function') return read(value(asked), asked)
  if (value instanceof Link) {
    const row = asked.rows[value.name]
    if (!row) throw new Error(`there is no row ${value.name}`)
    return row
  }
  if (Array.isArray(value)) return value.map((item) => read(item, asked))
  return value ?? null
}

/** A field of a row as the whole graph has it. */
export function readField(row: Row, field: string, asked: Asked): unknown {
  const value = row[field]
  if (value instanceof Derived) return read(value.compute(pick(row, selectionOf(value.selection), asked), asked.args), asked)
  return read(value, asked)
}

const selections = new Map<string, SelectionSetNode>()

/** The selection set that a federation directive holds as text. */
export function selectionOf(text: string): SelectionSetNode {
  const known = selections.get(text)
  if (known) return known
  const [definition] = parse(`{ ${text} }`).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${text}`)
  selections.set(text, definition.selectionSet)
  return definition.selectionSet
}

/** What a selection of a directive gives on a row; with the type names that fragments need left out. */
export function pick(row: Row, selection: SelectionSetNode, asked: Asked): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const node of selection.selections) {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      if (!node.typeCondition || node.typeCondition.name.value === row.__typename)
        Object.assign(picked, pick(row, node.selectionSet, asked))
    } else if (node.kind === Kind.FIELD) {
      const name = node.name.value
      if (name === '__typename') continue
      const args = Object.fromEntries((node.arguments ?? []).map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)]))
      const value = readField(row, name, { ...asked, args })
      picked[name] = node.selectionSet ? pickInside(value, node.selectionSet, asked) : value
    }
  }
  return picked
}

function pickInside(value: unknown, selection: SelectionSetNode, asked: Asked): unknown {
  if (Array.isArray(value)) return value.map((item) => pickInside(item, selection, asked))
  return isRow(value) ? pick(value, selection, asked) : null
}

/** The part of a representation that a selection names. Undefined if something is missing there. */
export function pickGiven(given: unknown, selection: SelectionSetNode): unknown {
  if (given === null) return null
  if (Array.isArray(given)) {
    const items = given.map((item) => pickGiven(item, selection))
    return items.includes(undefined) ? undefined : items
  }
  if (typeof given !== 'object') return undefined
  const source = given as Record<string, unknown>
  const picked: Record<string, unknown> = {}
  for (const node of selection.selections) {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      if (node.typeCondition && node.typeCondition.name.value !== source.__typename) continue
      const inside = pickGiven(given, node.selectionSet)
      if (inside === undefined) return undefined
      Object.assign(picked, inside)
    } else if (node.kind === Kind.FIELD && node.name.value !== '__typename') {
      const value = source[node.name.value]
      const inside = node.selectionSet && value !== undefined ? pickGiven(value, node.selectionSet) : value
      if (inside === undefined) return undefined
      picked[node.name.value] = inside
    }
  }
  return picked
}

/** JSON with keys in order of their names, so that equal values have equal texts. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** For a subgraph that was sent less than its field requires. */
export const missingRequirement = (field: string) =>
  new GraphQLError(`${field} did not get what it requires`, { extensions: { code: 'CONFLICT' } })

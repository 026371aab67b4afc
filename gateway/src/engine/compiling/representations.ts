import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner'
import { getOwn, isObject, type JsonObject, mergeDeep, setOwn } from '../plain-data.ts'
import { type Code, checkedName, literal, read } from './code.ts'
import { applyRewrites } from './rewrites.ts'
import type { TypeTest } from './type-tests.ts'

/** JSON of what identifies `entity` to a subgraph; null if it lacks a part of it. Equal entities have equal texts. */
export type Represent = (entity: JsonObject) => string | null

/** Represents entities step by step, whatever they require. */
export function createRepresent(
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  types: TypeTest,
): Represent {
  return (entity) => {
    const representation = select(entity, requires, types)
    if (!representation?.__typename) return null
    applyRewrites(rewrites, representation, types)
    return JSON.stringify(representation)
  }
}

/** The required part of `source`; null if a field of it has not come, for then an error has been reported already. */
function select(source: unknown, selections: readonly QueryPlanSelectionNode[], types: TypeTest): JsonObject | null {
  if (!isObject(source)) return null
  const result: JsonObject = {}
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      if (selection.typeCondition === undefined || !types.isOf(source, selection.typeCondition)) continue
      const part = select(source, selection.selections, types)
      if (part) mergeDeep(result, part, types.isAbstract)
    } else {
      const name = selection.alias ?? selection.name
      const value = getOwn(source, name)
      if (value === undefined) return null
      setOwn(result, name, selection.selections ? selectEach(value, selection.selections, types) : value)
    }
  }
  return result
}

const selectEach = (value: unknown, selections: readonly QueryPlanSelectionNode[], types: TypeTest): unknown =>
  Array.isArray(value) ? value.map((each) => selectEach(each, selections, types)) : select(value, selections, types)

/** Fields in the order of their names: what says the same then has the same text, whichever fetch asks. */
export const inOrderOfNames = (selections: readonly QueryPlanSelectionNode[]): readonly QueryPlanSelectionNode[] =>
  selections
    .map((selection) =>
      selection.selections ? { ...selection, selections: [...inOrderOfNames(selection.selections)] } : selection,
    )
    .sort((one, other) => (rankOf(one) < rankOf(other) ? -1 : rankOf(one) > rankOf(other) ? 1 : 0))

const TYPE_NAME = '__typename'

/** The type comes first, for people who read requests. Fragments keep their order. */
const rankOf = (selection: QueryPlanSelectionNode): string => {
  if (selection.kind === 'InlineFragment') return '2'
  const name = selection.alias ?? selection.name
  return name === TYPE_NAME ? '0' : `1${name}`
}

/** Representations that are no more than one type and some values. */
export type FlatForm = { readonly typeName: string; readonly fields: readonly string[] }

export function flatFormOf(requires: readonly QueryPlanSelectionNode[], types: TypeTest): FlatForm | null {
  const [fragment, ...others] = requires
  if (others.length > 0 || fragment?.kind !== 'InlineFragment' || fragment.typeCondition === undefined) return null
  const names = fragment.selections.flatMap((field) =>
    field.kind === 'Field' && !field.selections && field.alias === undefined ? [field.name] : [],
  )
  const fields = names.filter((name) => name !== TYPE_NAME)
  if (names.length !== fragment.selections.length || fields.length !== names.length - 1 || fields.length === 0) return null
  const [typeName, ...otherTypes] = types.namesOf(fragment.typeCondition)
  return typeName === fragment.typeCondition && otherTypes.length === 0 ? { typeName, fields } : null
}

/** Adds a function that does as `createRepresent`'s, and gives its name. */
export function generateRepresent(
  code: Code,
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  types: TypeTest,
): string {
  const general = code.constant(createRepresent(requires, rewrites, types))
  if (rewrites.length > 0) return general
  const fragments = requires.filter((selection) => selection.kind === 'InlineFragment')
  const typeNames = new Set(fragments.flatMap(({ typeCondition = '' }) => [...types.namesOf(typeCondition)]))
  const cases = new Map<string, string[]>()
  for (const typeName of typeNames) {
    const fitting = fragments.filter(({ typeCondition = '' }) => types.namesOf(typeCondition).has(typeName))
    const [only] = fitting
    const body = only && fitting.length === 1 ? generateFields(code, only.selections, types) : `return ${general}(o)`
    cases.set(body, [...(cases.get(body) ?? []), typeName])
  }
  const name = code.name()
  const branches = [...cases].map(
    ([body, names]) => `${names.map((typeName) => `case ${literal(checkedName(typeName))}:`).join(' ')} { ${body} }`,
  )
  code.add(`function ${name}(o) { const t = o.__typename; switch (t) { ${branches.join('\n')} default: return null } }`)
  return name
}

function generateFields(code: Code, selections: readonly QueryPlanSelectionNode[], types: TypeTest): string {
  const statements: string[] = []
  const parts: string[] = []
  let hasTypeName = false
  for (const [index, selection] of selections.entries()) {
    if (selection.kind === 'InlineFragment') return `return ${code.constant(createRepresentOfFragment(selections, types))}(o)`
    const responseName = selection.alias ?? selection.name
    const key = literal(`${parts.length > 0 ? ',' : ''}${JSON.stringify(checkedName(responseName))}:`)
    if (responseName === '__typename') {
      hasTypeName = true
      parts.push(`${key} + quote(t)`)
      continue
    }
    const variable = `v${index}`
    statements.push(`const ${variable} = ${read('o', responseName)}; if (${variable} === undefined) return null;`)
    if (selection.selections) {
      const { selections: inner } = selection
      parts.push(`${key} + JSON.stringify(${code.constant((value: unknown) => selectEach(value, inner, types))}(${variable}))`)
    } else parts.push(`${key} + jsonOf(${variable})`)
  }
  return hasTypeName ? `${statements.join(' ')} return '{' + ${parts.join(' + ')} + '}'` : 'return null'
}

const createRepresentOfFragment =
  (selections: readonly QueryPlanSelectionNode[], types: TypeTest): Represent =>
  (entity) => {
    const representation = select(entity, selections, types)
    return representation?.__typename ? JSON.stringify(representation) : null
  }

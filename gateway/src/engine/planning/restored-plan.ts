import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { entitySelection, fragmentOf } from './fetch-paths.ts'
import { type FixedField, needKey, type PlannableSupergraph } from './plannable-supergraph.ts'

type Fixed = PlannableSupergraph['fixed']

/**
 * A plan over a plannable supergraph as one over the subgraphs: what is required with arguments is asked for with them, and
 * sent under its own name. An entity cannot be sent with two values of one name, so a fetch of fields that require both
 * becomes several, side by side.
 */
export function restoredPlan(plan: QueryPlan, supergraph: PlannableSupergraph): QueryPlan {
  const { node } = plan
  if (supergraph.fixed.size === 0 || !node) return plan
  if (node.kind !== 'Subscription') return { ...plan, node: restored(node, supergraph) }
  const { primary, rest } = node
  const source = inWordsOfSubgraph(primary, parse(primary.operation, NO_LOCATION), supergraph.fixed)
  return { ...plan, node: { ...node, primary: source, ...(rest ? { rest: restored(rest, supergraph) } : {}) } }
}

function restored(node: PlanNode, supergraph: PlannableSupergraph): PlanNode {
  switch (node.kind) {
    case 'Fetch': {
      const nodes = partsOf(node, supergraph)
      const [only] = nodes
      return only && nodes.length === 1 ? only : { kind: 'Parallel', nodes: [...nodes] }
    }
    case 'Flatten': {
      const inner = restored(node.node, supergraph)
      if (inner.kind !== 'Parallel') return { ...node, node: inner }
      return { kind: 'Parallel', nodes: inner.nodes.map((each) => ({ ...node, node: each })) }
    }
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => restored(each, supergraph)) }
    case 'Condition': {
      const { ifClause, elseClause } = node
      return {
        ...node,
        ...(ifClause ? { ifClause: restored(ifClause, supergraph) } : {}),
        ...(elseClause ? { elseClause: restored(elseClause, supergraph) } : {}),
      }
    }
    case 'Defer':
      throw new Error('the planner is not asked for deferred plans')
    default:
      node satisfies never
      throw new Error('unreachable')
  }
}

const NO_LOCATION = { noLocation: true }

/** For the fields of a fetch the requirements that can be sent together. */
type Part = { readonly fields: Set<FieldNode>; readonly needs: Set<string> }

function partsOf(fetch: FetchNode, { fixed, needs }: PlannableSupergraph): readonly FetchNode[] {
  const document = parse(fetch.operation, NO_LOCATION)
  const { requires } = fetch
  const rivals = requires ? rivalsIn(requires, fixed) : new Map<string, string>()
  if (!requires || rivals.size === 0) return [inWordsOfSubgraph(fetch, document, fixed)]
  const parts: Part[] = []
  for (const [field, typeName] of fieldsIn(document, entitySelection(document), '')) {
    const name = fixed.get(field.name.value)?.field ?? field.name.value
    const need = needs.get(needKey(fetch.serviceName, typeName, name))
    const own = need ? pathsIn(need.selections).filter((path) => rivals.has(path)) : []
    const fits = ({ needs: others }: Part) =>
      own.every((path) => [...others].every((other) => other === path || rivals.get(other) !== rivals.get(path)))
    const part = parts.find(fits) ?? { fields: new Set(), needs: new Set() }
    if (!parts.includes(part)) parts.push(part)
    part.fields.add(field)
    for (const path of own) part.needs.add(path)
  }
  return parts.map((part) => {
    const isSent = (path: string) => !rivals.has(path) || part.needs.has(path)
    const sent = { ...fetch, requires: [...filtered(requires, '', isSent)] }
    return inWordsOfSubgraph(sent, withFields(document, part.fields), fixed)
  })
}

/** The paths in `requires` that end in the same field of one object as others, by what they have in common. */
function rivalsIn(requires: readonly QueryPlanSelectionNode[], fixed: Fixed): ReadonlyMap<string, string> {
  const byField = new Map<string, Set<string>>()
  for (const path of pathsIn(requires)) {
    const names = path.split('.')
    const name = names.pop() ?? ''
    const key = [...names, fixed.get(name)?.field ?? name].join('.')
    byField.set(key, (byField.get(key) ?? new Set()).add(path))
  }
  return new Map([...byField].flatMap(([key, paths]) => (paths.size > 1 ? [...paths].map((path) => [path, key] as const) : [])))
}

type Selection = {
  readonly kind: string
  readonly name?: string | { readonly value: string }
  readonly selections?: readonly Selection[]
  readonly selectionSet?: { readonly selections: readonly Selection[] } | undefined
}

/** Names from the top, joined; types do not count. */
function pathsIn(selections: readonly Selection[], parent = ''): readonly string[] {
  return selections.flatMap(({ kind, name, selections: own, selectionSet }) => {
    const inner = own ?? selectionSet?.selections ?? []
    if (kind !== 'Field' || name === undefined) return pathsIn(inner, parent)
    const path = `${parent}${typeof name === 'string' ? name : name.value}`
    return [path, ...pathsIn(inner, `${path}.`)]
  })
}

function filtered(
  selections: readonly QueryPlanSelectionNode[],
  parent: string,
  isSent: (path: string) => boolean,
): readonly QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment')
      return [{ ...selection, selections: [...filtered(selection.selections, parent, isSent)] }]
    const path = `${parent}${selection.name}`
    if (!isSent(path)) return []
    if (!selection.selections) return [selection]
    const inner = filtered(selection.selections, `${path}.`, isSent)
    return inner.length === 0 ? [] : [{ ...selection, selections: [...inner] }]
  })
}

/** The fields of entities with the type under which they are asked for. */
function* fieldsIn(document: DocumentNode, set: SelectionSetNode, typeName: string): Generator<readonly [FieldNode, string]> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) yield [selection, typeName]
    else {
      const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined
      yield* fieldsIn(document, fragmentOf(document, selection), condition ?? typeName)
    }
  }
}

/** The operation with no other fields of entities than these, and no variables that only others use. */
function withFields(document: DocumentNode, fields: ReadonlySet<FieldNode>): DocumentNode {
  const kept = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return fields.has(selection) ? [selection] : []
      if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('the planner writes fragments out')
      const selectionSet = kept(selection.selectionSet)
      return selectionSet.selections.length === 0 ? [] : [{ ...selection, selectionSet }]
    }),
  })
  const entities = entitySelection(document)
  const rest: DocumentNode = visit(document, { SelectionSet: (set) => (set === entities ? kept(set) : undefined) })
  const used = variablesIn(rest)
  return visit(rest, { VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null) })
}

/** The variables that are used, not only defined. */
function variablesIn(document: DocumentNode): ReadonlySet<string> {
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  })
  return used
}

function inWordsOfSubgraph(fetch: FetchNode, document: DocumentNode, fixed: Fixed): FetchNode {
  const words: DocumentNode = visit(document, {
    Field(field) {
      const own = fixed.get(field.name.value)
      return own && { ...field, alias: field.alias ?? field.name, name: named(own), arguments: own.arguments }
    },
  })
  const renamed = renamesIn(fetch.requires ?? [], fixed, [])
  const used = variablesIn(words)
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(words)),
    ...(fetch.variableUsages ? { variableUsages: fetch.variableUsages.filter((name) => used.has(name)) } : {}),
    ...(renamed.length > 0 ? { inputRewrites: [...renamed, ...(fetch.inputRewrites ?? [])] } : {}),
  }
}

const named = ({ field }: FixedField) => ({ kind: Kind.NAME as const, value: field })

/** Inner names first: the path to them has the names that others are to lose. */
function renamesIn(selections: readonly QueryPlanSelectionNode[], fixed: Fixed, path: readonly string[]): FetchDataRewrite[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection
      return renamesIn(selection.selections, fixed, typeCondition ? [...path, `... on ${typeCondition}`] : path)
    }
    const here = [...path, selection.name]
    const own = fixed.get(selection.name)
    const rename: FetchDataRewrite[] = own ? [{ kind: 'KeyRenamer', path: here, renameKeyTo: own.field }] : []
    return [...renamesIn(selection.selections ?? [], fixed, here), ...rename]
  })
}

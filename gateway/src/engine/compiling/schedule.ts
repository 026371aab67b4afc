import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import type { Condition } from '../../admission/conditions.ts'
import { textOfSelection, textOfVariableDefinition } from '../../admission/document-text.ts'
import { entitySelection } from '../planning/fetch-paths.ts'
import type { FetchStep } from './fetch-steps.ts'

/** Entities at one path that are asked for the same. */
export type EntityFetch = {
  readonly path: readonly string[]
  readonly requires: readonly QueryPlanSelectionNode[]
  /** An entity that has all of this is left out: another fetch of the same request asks for it. */
  readonly unless: readonly QueryPlanSelectionNode[] | null
  readonly inputRewrites: readonly FetchDataRewrite[]
  readonly outputRewrites: readonly FetchDataRewrite[]
  readonly conditions: readonly Condition[]
  readonly selections: readonly SelectionSetNode[]
  /** The steps that it stands for; the first one's requirements are `requires`. */
  readonly steps: readonly FetchStep[]
}

/** One `_entities` field: the same selection for the entities of several paths. */
export type EntityField = { readonly text: string; readonly fetches: readonly EntityFetch[] }

/** What is sent to one subgraph at once. */
export type PlannedRequest = {
  readonly service: string
  /** Positions of the requests whose answers it waits for. */
  readonly after: readonly number[]
  readonly work:
    | { readonly kind: 'root'; readonly step: FetchStep }
    | { readonly kind: 'entities'; readonly fields: readonly EntityField[] }
}

/**
 * Arranges the fetches of a plan as requests. With `merge`, the entities of one subgraph and level go into one request, a
 * fetch that others do not wait for may go later to save one, and none is put off beyond the length of the longest chain.
 * Without, each fetch is a request of its own.
 */
export function scheduleRequests(steps: readonly FetchStep[], options: { readonly merge: boolean }): readonly PlannedRequest[] {
  const levels = options.merge ? mergedLevels(steps) : null
  const groups = new Map<string, FetchStep[]>()
  for (const step of steps) {
    const key = levels && mayMerge(step) ? `${levels[step.index]} ${step.service}` : `alone ${step.index}`
    const group = groups.get(key)
    if (group) group.push(step)
    else groups.set(key, [step])
  }
  const all = [...groups.values()]
  const requestOf = new Map(all.flatMap((group, index) => group.map((step) => [step.index, index] as const)))
  return all.map((group, index) => {
    const after = new Set(group.flatMap((step) => [...step.after].map((earlier) => requestOf.get(earlier) ?? 0)))
    after.delete(index)
    return { service: group[0]?.service ?? '', after: [...after], work: workOf(group, options.merge) }
  })
}

const mayMerge = (step: FetchStep) =>
  step.requires !== null &&
  step.kind === 'query' &&
  step.document.definitions.every((definition) => definition.kind === Kind.OPERATION_DEFINITION)

/** For each step the level it runs at: later than all it waits for, early unless a later place saves a request. */
function mergedLevels(steps: readonly FetchStep[]): readonly number[] {
  const fixed = new Map<number, number>()
  const earliest: number[] = []
  const latest: number[] = []
  const update = () => {
    for (const step of steps) {
      const least = Math.max(0, ...[...step.after].map((earlier) => (earliest[earlier] ?? 0) + 1))
      earliest[step.index] = Math.max(least, fixed.get(step.index) ?? 0)
    }
    const end = Math.max(0, ...earliest)
    latest.fill(end, 0, steps.length)
    for (const step of steps) latest[step.index] = end
    for (const step of steps.toReversed()) {
      const own = fixed.get(step.index)
      if (own !== undefined) latest[step.index] = own
      for (const earlier of step.after) latest[earlier] = Math.min(latest[earlier] ?? end, (latest[step.index] ?? end) - 1)
    }
  }
  const predecessors: ReadonlySet<number>[] = []
  for (const step of steps) {
    predecessors[step.index] = new Set([...step.after].flatMap((earlier) => [earlier, ...(predecessors[earlier] ?? [])]))
  }
  const waitsFor = (step: FetchStep, other: number) => predecessors[step.index]?.has(other) ?? false
  update()
  for (const service of new Set(steps.map((step) => step.service))) {
    let open = steps.filter((step) => step.service === service && mayMerge(step))
    while (open.length > 0) {
      const limit = Math.min(...open.map((step) => latest[step.index] ?? 0))
      const ready = open.filter((step) => (earliest[step.index] ?? 0) <= limit)
      // One that waits for another of them cannot run beside it.
      const group = ready.filter((step) => !ready.some((other) => waitsFor(step, other.index)))
      const level = Math.max(...group.map((step) => earliest[step.index] ?? 0))
      for (const step of group) fixed.set(step.index, level)
      open = open.filter((step) => !group.includes(step))
      update()
    }
  }
  return earliest
}

function workOf(group: readonly FetchStep[], merge: boolean): PlannedRequest['work'] {
  const [first] = group
  if (!first) throw new Error('a request has a fetch')
  if (first.requires === null) return { kind: 'root', step: first }
  const fetches = merge ? folded(group.map(entityFetchOf)) : group.map(entityFetchOf)
  const fields = new Map<string, { text: string; fetches: EntityFetch[] }>()
  for (const fetch of fetches) {
    const text = textOf(fetch)
    const key = `${text} ${JSON.stringify(fetch.outputRewrites)}`
    const field = fields.get(key)
    if (field) field.fetches.push(fetch)
    else fields.set(key, { text, fetches: [fetch] })
  }
  return { kind: 'entities', fields: [...fields.values()] }
}

/** What a step asks for if it is asked by itself. */
export function fieldOfStep(step: FetchStep): EntityField {
  const fetch = entityFetchOf(step)
  return { text: textOf(fetch), fetches: [fetch] }
}

const entityFetchOf = (step: FetchStep): EntityFetch => ({
  path: step.path,
  requires: step.requires ?? [],
  unless: null,
  inputRewrites: step.inputRewrites,
  outputRewrites: step.outputRewrites,
  conditions: step.conditions,
  selections: [entitySelection(step.document)],
  steps: [step],
})

/**
 * Folds a fetch into another one of the same entities that needs at least the same of them. An entity that lacks what only
 * the other one needs is still asked for by itself.
 */
function folded(fetches: readonly EntityFetch[]): readonly EntityFetch[] {
  const kept: EntityFetch[] = []
  for (const fetch of fetches) {
    const index = kept.findIndex((other) => isFoldable(fetch, other) && covers(other.requires, fetch.requires))
    const wider = kept[index]
    if (wider) kept.splice(index, 1, joined(wider, fetch), { ...fetch, unless: wider.requires })
    else {
      const narrow = kept.findIndex((other) => isFoldable(fetch, other) && covers(fetch.requires, other.requires))
      const other = kept[narrow]
      if (other) kept.splice(narrow, 1, joined(fetch, other), { ...other, unless: fetch.requires })
      else kept.push(fetch)
    }
  }
  return kept.filter((fetch) => fetch.unless === null || !covers(fetch.requires, fetch.unless))
}

const joined = (wider: EntityFetch, other: EntityFetch): EntityFetch => ({
  ...wider,
  selections: [...wider.selections, ...other.selections],
  steps: [...wider.steps, ...other.steps],
})

const isFoldable = (one: EntityFetch, other: EntityFetch) =>
  one.unless === null &&
  other.unless === null &&
  one.path.join('.') === other.path.join('.') &&
  JSON.stringify(one.conditions) === JSON.stringify(other.conditions) &&
  [one, other].every((fetch) => fetch.inputRewrites.length === 0 && fetch.outputRewrites.length === 0)

/** Whether entities that have `wide` have all of `narrow`: the same types, and of each at least the same fields. */
function covers(wide: readonly QueryPlanSelectionNode[], narrow: readonly QueryPlanSelectionNode[]): boolean {
  return narrow.every((selection) =>
    selection.kind === 'InlineFragment'
      ? wide.some(
          (other) =>
            other.kind === 'InlineFragment' &&
            other.typeCondition === selection.typeCondition &&
            covers(other.selections, selection.selections),
        )
      : wide.some(
          (other) =>
            other.kind === 'Field' &&
            (other.alias ?? other.name) === (selection.alias ?? selection.name) &&
            covers(other.selections ?? [], selection.selections ?? []),
        ),
  )
}

/** Fields sorted and grouped by type, so that equal selections have equal texts. */
function textOf(fetch: EntityFetch): string {
  const byType = new Map<string, Set<string>>()
  for (const selection of fetch.selections.flatMap((set) => set.selections)) {
    const isPlainFragment = selection.kind === Kind.INLINE_FRAGMENT && (selection.directives ?? []).length === 0
    const type = isPlainFragment ? (selection.typeCondition?.name.value ?? '') : ''
    const texts = byType.get(type) ?? new Set()
    byType.set(type, texts)
    for (const each of isPlainFragment && type !== '' ? selection.selectionSet.selections : [selection]) {
      texts.add(textOfSelection(each))
    }
  }
  return [...byType]
    .map(([type, texts]) => {
      const fields = [...texts].sort().join(' ')
      return type === '' ? fields : `...on ${type}{${fields}}`
    })
    .join(' ')
}

/** The definitions of the variables that the steps use, by name, `representations` left out. */
export function variableDefinitionsOf(steps: readonly FetchStep[]): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>()
  for (const step of steps) {
    const operation = step.document.definitions.find(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    )
    for (const definition of operation?.variableDefinitions ?? []) {
      const name = definition.variable.name.value
      if (name !== 'representations') definitions.set(name, textOfVariableDefinition(definition))
    }
  }
  return definitions
}

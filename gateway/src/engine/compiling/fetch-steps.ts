import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type DocumentNode, parse } from 'graphql'
import type { Condition } from '../../admission/conditions.ts'
import { readPaths, writtenPaths } from '../planning/fetch-paths.ts'
import { inOrderOfNames } from './representations.ts'

/** One fetch of a plan, with what it waits for instead of its place in a tree. */
export type FetchStep = {
  /** Position in the plan, from 0. */
  readonly index: number
  readonly service: string
  readonly kind: FetchNode['operationKind']
  readonly operation: string
  readonly operationName: string | undefined
  readonly document: DocumentNode
  /** The client's variables that it uses. */
  readonly variables: readonly string[]
  /** Where its result goes: response names, `@` for each element of a list. */
  readonly path: readonly string[]
  /** What identifies an entity; null for a fetch of root fields. */
  readonly requires: readonly QueryPlanSelectionNode[] | null
  readonly inputRewrites: readonly FetchDataRewrite[]
  readonly outputRewrites: readonly FetchDataRewrite[]
  /** All must hold, else the fetch is left out. */
  readonly conditions: readonly Condition[]
  /** Steps whose results it reads, and those that must be over for another reason. */
  readonly after: ReadonlySet<number>
  /** Paths of the response, without lists, that its result writes; see `writtenPaths`. */
  readonly writes: ReadonlyMap<string, 'leaf' | 'object'>
}

/**
 * The fetches of a plan in its order. A fetch waits for those that write what it reads, not for all that the plan runs
 * before; in a mutation it waits for all, because a later root field must see what an earlier one did.
 */
export function stepsOf(node: PlanNode | undefined, isMutation: boolean): readonly FetchStep[] {
  const steps: FetchStep[] = []
  if (node) visit(node, { path: [], conditions: [], before: [] }, steps, isMutation)
  return isMutation ? steps : withMissingWaits(steps)
}

/**
 * Where what a field requires is required by others in turn, the planner may let a fetch run beside the one that gives what
 * it needs: it waits for that one too.
 */
function withMissingWaits(steps: readonly FetchStep[]): readonly FetchStep[] {
  const after = steps.map((step) => new Set(step.after))
  const isAfter = (step: number, other: number, seen = new Set<number>()): boolean => {
    for (const each of after[step] ?? []) {
      if (each === other) return true
      // Plans have many ways from one step to another.
      if (seen.has(each)) continue
      seen.add(each)
      if (isAfter(each, other, seen)) return true
    }
    return false
  }
  let isWhole = true
  for (const { index, path, requires } of steps) {
    const needs = requires ? readPaths(path, requires).slice(path.filter((name) => name !== '@').length) : []
    for (const need of needs) {
      const givers = steps.filter((other) => other.index !== index && other.writes.has(need))
      if (givers.some((giver) => isAfter(index, giver.index))) continue
      const missing = givers.filter((giver) => !isAfter(giver.index, index))
      for (const giver of missing) after[index]?.add(giver.index)
      if (missing.length > 0) isWhole = false
    }
  }
  return isWhole ? steps : inOrder(steps, after)
}

/** Each step behind all that it waits for, with its new position. */
function inOrder(steps: readonly FetchStep[], after: readonly ReadonlySet<number>[]): readonly FetchStep[] {
  const positions = new Map<number, number>()
  const ordered: FetchStep[] = []
  while (ordered.length < steps.length) {
    const next = steps.find(
      ({ index }) => !positions.has(index) && [...(after[index] ?? [])].every((each) => positions.has(each)),
    )
    if (!next) throw new Error('no step waits for itself')
    positions.set(next.index, ordered.length)
    const waits = [...(after[next.index] ?? [])].flatMap((each) => positions.get(each) ?? [])
    ordered.push({ ...next, index: ordered.length, after: new Set(waits) })
  }
  return ordered
}

type Place = { readonly path: readonly string[]; readonly conditions: readonly Condition[]; readonly before: readonly number[] }

/** Adds the steps of `node` and gives their indices. */
function visit(node: PlanNode, place: Place, steps: FetchStep[], isMutation: boolean): readonly number[] {
  switch (node.kind) {
    case 'Fetch': {
      const index = steps.length
      steps.push(stepOf(node, index, place, steps, isMutation))
      return [index]
    }
    case 'Flatten':
      return visit(node.node, { ...place, path: [...place.path, ...node.path.map(String)] }, steps, isMutation)
    case 'Parallel':
      return node.nodes.flatMap((child) => visit(child, place, steps, isMutation))
    case 'Sequence': {
      const done: number[] = []
      for (const child of node.nodes) {
        done.push(...visit(child, { ...place, before: [...place.before, ...done] }, steps, isMutation))
      }
      return done
    }
    case 'Condition': {
      const branch = (child: PlanNode | undefined, value: boolean) =>
        child
          ? visit(child, { ...place, conditions: [...place.conditions, { variable: node.condition, value }] }, steps, isMutation)
          : []
      return [...branch(node.ifClause, true), ...branch(node.elseClause, false)]
    }
    case 'Defer':
      throw new Error('the planner is not asked for deferred plans')
    default:
      node satisfies never
      throw new Error('unreachable')
  }
}

function stepOf(node: FetchNode, index: number, place: Place, steps: readonly FetchStep[], isMutation: boolean): FetchStep {
  const document = node.operationDocumentNode ?? parse(node.operation, { noLocation: true })
  const requires = node.requires ? inOrderOfNames(node.requires) : null
  const outputRewrites = node.outputRewrites ?? []
  const reads = readPaths(place.path, requires ?? [])
  const readsFrom = place.before.filter((earlier) => {
    const writes = steps[earlier]?.writes
    return writes && reads.some((path) => writes.has(path))
  })
  const isCertain = !isMutation && (place.path.length === 0 || readsFrom.length > 0)
  return {
    index,
    service: node.serviceName,
    kind: node.operationKind,
    operation: node.operation,
    operationName: node.operationName,
    document,
    variables: node.variableUsages ?? [],
    path: place.path,
    requires,
    inputRewrites: node.inputRewrites ?? [],
    outputRewrites,
    conditions: place.conditions,
    after: new Set(isCertain ? readsFrom : place.before),
    writes: writtenPaths(place.path, document, requires !== null, outputRewrites),
  }
}

import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { type Condition, conditionsOf } from './conditions.ts'
import { entitySelection, fragmentOf, pathKey, readPaths, rootSelection } from './fetch-paths.ts'
import type { FetchStep } from './fetch-steps.ts'

/** Conditions as texts, to be compared. */
type Conditions = ReadonlySet<string>

/**
 * Whether a fetch needs what another one may have left out. The planner shares what several fields require, and then asks
 * for it under the conditions of one of them; such a plan is right only for one set of values.
 */
export function hasConditionalNeeds(steps: readonly FetchStep[]): boolean {
  if (!steps.some(({ operation }) => operation.includes('@'))) return false
  const writes = steps.map((step) => conditionalWrites(step))
  return steps.some((step) => {
    const own = new Set(step.conditions.map(textOf))
    const entity = pathKey(step.path)
    const paths = readPaths(step.path, step.requires ?? []).filter((path) => path.startsWith(`${entity}.`))
    return paths.some((path) => {
      const given = writes.filter((_, index) => step.after.has(index)).flatMap((each) => each.get(path) ?? [])
      // Where the entity itself is conditional, nobody misses what it lacks.
      const known = writes.flatMap((each) => each.get(entity) ?? [])
      const isGiven = (when: Conditions) => given.some((needed) => isWithin(needed, when))
      return given.length > 0 && !(known.length > 0 ? known.every((at) => isGiven(union(own, at))) : isGiven(own))
    })
  })
}

const textOf = ({ variable, value }: Condition) => `${value ? '' : '!'}${variable}`
const isWithin = (conditions: Conditions, all: Conditions) => [...conditions].every((each) => all.has(each))
const union = (one: Conditions, other: Conditions): Conditions => new Set([...one, ...other])

/** For each path that the step writes the conditions of each selection that asks for it. */
function conditionalWrites(step: FetchStep): ReadonlyMap<string, readonly Conditions[]> {
  const writes = new Map<string, Conditions[]>()
  const add = (document: DocumentNode, set: SelectionSetNode, parent: readonly string[], conditions: Conditions) => {
    for (const selection of set.selections) {
      const all = union(conditions, new Set((conditionsOf(selection.directives) ?? []).map(textOf)))
      if (selection.kind !== Kind.FIELD) {
        add(document, fragmentOf(document, selection), parent, all)
        continue
      }
      const path = [...parent, selection.alias?.value ?? selection.name.value]
      writes.set(pathKey(path), [...(writes.get(pathKey(path)) ?? []), all])
      if (selection.selectionSet) add(document, selection.selectionSet, path, all)
    }
  }
  const { document, requires, path, conditions } = step
  add(document, requires ? entitySelection(document) : rootSelection(document), path, new Set(conditions.map(textOf)))
  return writes
}

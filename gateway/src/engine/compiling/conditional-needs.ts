import { type DocumentNode, type FieldNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import { type Condition, conditionsOf } from '../../admission/conditions.ts'
import { entitySelection, fragmentOf, pathKey, readPaths, rootSelection } from '../planning/fetch-paths.ts'
import type { FetchStep } from './fetch-steps.ts'

/** Conditions as texts, to be compared. */
type Conditions = ReadonlySet<string>
/** A selection of a path: when it is asked for, and for each name of the path the type of the objects that it is asked of. */
type Write = { readonly conditions: Conditions; readonly types: readonly (string | null)[] }

/**
 * Whether a plan is right only for one set of values of its conditions: a fetch needs what another one may have left out, or a
 * field of `planned` is asked for under a condition that it does not have there. The planner shares what several fields require,
 * and what requires it with them, and then asks for all of it under the conditions of one of them.
 */
export function isForOneSetOfValues(steps: readonly FetchStep[], planned: DocumentNode): boolean {
  if (!steps.some(({ operation, conditions }) => conditions.length > 0 || operation.includes('@'))) return false
  const writes = steps.map((step) => conditionalWrites(step))
  return hasConditionalNeeds(steps, writes) || asksTooSeldom(writes, planned)
}

type Writes = ReadonlyMap<string, readonly Write[]>

/** Fields that no fetch asks for by this path are not told by it: they have other names in the plan. */
function asksTooSeldom(writes: readonly Writes[], planned: DocumentNode): boolean {
  const start = { conditions: new Set<string>(), types: [] }
  return [...writesOf(planned, rootSelection(planned), [], start)].some(([path, wanted]) => {
    const asked = writes.flatMap((each) => each.get(path) ?? [])
    const isAsked = (when: Conditions) => asked.some(({ conditions }) => isWithin(conditions, when))
    return asked.length > 0 && wanted.some(({ conditions }) => !isAsked(conditions))
  })
}

function hasConditionalNeeds(steps: readonly FetchStep[], writes: readonly Writes[]): boolean {
  return steps.some((step) => {
    const own = new Set(step.conditions.map(textOf))
    const entity = pathKey(step.path)
    const level = step.path.filter((name) => name !== '@').length
    // Where the entity itself is conditional, nobody misses what it lacks.
    const known = writes.flatMap((each) => each.get(entity) ?? [])
    return needsOf(step).some(({ path, type }) => {
      const given = writes.filter((_, index) => step.after.has(index)).flatMap((each) => each.get(path) ?? [])
      const isGiven = (when: Conditions) => isGivenTo(type, given, level, when)
      return given.length > 0 && !(known.length > 0 ? known.every((at) => isGiven(union(own, at.conditions))) : isGiven(own))
    })
  })
}

/**
 * What objects of other types are asked for is not given to one of this type. Where the types are not told apart by these
 * names, e.g. because one is the other's interface, everything must be given.
 */
function isGivenTo(type: string | null, given: readonly Write[], level: number, when: Conditions): boolean {
  const own = given.filter(({ types }) => (types[level] ?? type) === type)
  return own.length > 0
    ? own.some(({ conditions }) => isWithin(conditions, when))
    : given.every(({ conditions }) => isWithin(conditions, when))
}

/** Everything that identifies the entities of a step, by the type that they have. */
const needsOf = ({ path, requires }: FetchStep) =>
  (requires ?? []).flatMap((selection) => {
    const entity = `${pathKey(path)}.`
    const type = selection.kind === 'InlineFragment' ? (selection.typeCondition ?? null) : null
    return readPaths(path, [selection]).flatMap((each) => (each.startsWith(entity) ? [{ path: each, type }] : []))
  })

const textOf = ({ variable, value }: Condition) => `${value ? '' : '!'}${variable}`
const isWithin = (conditions: Conditions, all: Conditions) => [...conditions].every((each) => all.has(each))
const union = (one: Conditions, other: Conditions): Conditions => new Set([...one, ...other])

/** For each path that the step writes each selection that asks for it. */
function conditionalWrites({ document, requires, path, conditions }: FetchStep): Writes {
  const types = path.filter((name) => name !== '@').map(() => null)
  const start = { conditions: new Set(conditions.map(textOf)), types }
  return writesOf(document, requires ? entitySelection(document) : rootSelection(document), path, start)
}

/** For each path below `path` each selection of `set` that asks for it. */
function writesOf(document: DocumentNode, set: SelectionSetNode, path: readonly string[], start: Write): Writes {
  const writes = new Map<string, Write[]>()
  const add = (
    document: DocumentNode,
    set: SelectionSetNode,
    parent: readonly string[],
    { conditions, types }: Write,
    type: string | null,
  ) => {
    for (const selection of set.selections) {
      const all = union(conditions, new Set((conditionsOf(selection.directives) ?? []).map(textOf)))
      if (selection.kind !== Kind.FIELD) {
        const inner = typeConditionOf(document, selection) ?? type
        add(document, fragmentOf(document, selection), parent, { conditions: all, types }, inner)
        continue
      }
      const path = [...parent, selection.alias?.value ?? selection.name.value]
      const write = { conditions: all, types: [...types, type] }
      writes.set(pathKey(path), [...(writes.get(pathKey(path)) ?? []), write])
      if (selection.selectionSet) add(document, selection.selectionSet, path, write, null)
    }
  }
  add(document, set, path, start, null)
  return writes
}

function typeConditionOf({ definitions }: DocumentNode, selection: Exclude<SelectionNode, FieldNode>): string | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.typeCondition?.name.value
  const named = definitions.find((each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value)
  return named?.kind === Kind.FRAGMENT_DEFINITION ? named.typeCondition.name.value : undefined
}

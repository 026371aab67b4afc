import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { conditionsOf } from '../../admission/conditions.ts'
import { fragmentsOf } from '../../admission/fragments.ts'
import { tooMuchToPlan } from './planner.ts'

/** Fields that are looked at or written, for what all types are asked for is written for each that has a name of its own. */
const MAX_WORK = 10_000

/** A name for a field that another one of its response name must not be taken for, whatever is asked. */
type GiveName = (responseName: string, field: string) => string

type Types = ReadonlySet<string>
/** A selection set that an object gets if it is of one of `types`. */
type Entry = {
  readonly set: SelectionSetNode
  readonly types: Types
  readonly parent: string
  /** Asked for by the planner because another field requires it; what it requires in turn is not looked at. */
  readonly isRequired?: boolean
}
type Occurrence = {
  readonly node: FieldNode
  readonly types: Types
  readonly parent: string
  /** Of the field and of the fragments around it, as text. */
  readonly conditions: string
  /** Written by the planner, under the name of the field. */
  readonly isRequired: boolean
}
type Place = Omit<Occurrence, 'conditions'>
/** What fields require, by `Type.field`, in the planner's words. */
export type Requirements = ReadonlyMap<string, readonly SelectionSetNode[]>
/** What a response name stands for in objects of `types`: one field, with what all its selections ask of its value. */
type Variant = { readonly field: string; readonly types: Types; readonly name: string; readonly level: Level }
type Level = ReadonlyMap<string, readonly Variant[]>

/**
 * Objects of different types may have different fields, or one with other arguments, under one response name. The planner
 * goes by the path of names and merges what is asked of the objects there: such fields get names of their own, and so do
 * the fields above them that lead to different objects, also where one of them is only required. An operation without any is
 * given back as it is. Throws if it would become too large.
 */
export function withNamesApart(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  { requirements, give }: { readonly requirements: Requirements; readonly give: GiveName },
): DocumentNode {
  const root = schema.getRootType(operation.operation)?.name
  if (root === undefined) return document
  const fragments = fragmentsOf(document)
  const possible = new Map<string, Types>()
  const requiring = new Set([...requirements.keys()].map((key) => key.slice(key.indexOf('.') + 1)))
  let work = 0

  const spend = (fields: number) => {
    work += fields
    if (work > MAX_WORK) throw tooMuchToPlan()
  }
  const typesOf = (name: string): Types => {
    const known = possible.get(name)
    if (known) return known
    const type = schema.getType(name)
    const names = isAbstractType(type) ? schema.getPossibleTypes(type).map((each) => each.name) : [name]
    const types = new Set(names)
    possible.set(name, types)
    return types
  }
  const valueType = ({ node, parent }: Pick<Occurrence, 'node' | 'parent'>): string => {
    const type = schema.getType(parent)
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined
    return field ? getNamedType(field.type).name : ''
  }
  const inFragment = (selection: Exclude<SelectionNode, FieldNode>, parent: string) => {
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    return fragment && { set: fragment.selectionSet, parent: fragment.typeCondition?.name.value ?? parent }
  }
  const requiredBy = (field: string, types: Types): readonly Entry[] =>
    [...types].flatMap((type) => {
      const own = schema.getType(type)
      const names = [type, ...(isObjectType(own) ? own.getInterfaces().map(({ name }) => name) : [])]
      const sets = names.flatMap((name) => requirements.get(`${name}.${field}`) ?? [])
      return sets.map((set) => ({ set, types: typesOf(type), parent: type, isRequired: true }))
    })

  const occurrencesIn = (entries: readonly Entry[]): ReadonlyMap<string, readonly Occurrence[]> => {
    const all = new Map<string, Occurrence[]>()
    const add = ({ set, types, parent, isRequired = false }: Entry, above: string) => {
      for (const selection of set.selections) {
        const own = conditionsOf(selection.directives)
        if (!own) continue
        const conditions = above + own.map(({ variable, value }) => `${value ? '' : '!'}${variable} `).join('')
        if (selection.kind !== Kind.FIELD) {
          const inner = inFragment(selection, parent)
          const both = inner && types.intersection(typesOf(inner.parent))
          if (both && both.size > 0) add({ ...inner, types: both, isRequired }, conditions)
        } else if (!isIntrospection(selection)) {
          spend(1)
          const name = responseName(selection)
          const same = all.get(name)
          const occurrence = { node: selection, types, parent, conditions, isRequired }
          if (same) same.push(occurrence)
          else all.set(name, [occurrence])
          if (isRequired || !requiring.has(selection.name.value)) continue
          for (const required of requiredBy(selection.name.value, types)) add(required, conditions)
        }
      }
    }
    for (const entry of entries) add(entry, '')
    return all
  }
  const below = (occurrences: readonly Place[]): readonly Entry[] =>
    occurrences.flatMap((occurrence): Entry[] => {
      const set = occurrence.node.selectionSet
      const parent = set && valueType(occurrence)
      return set && parent ? [{ set, types: typesOf(parent), parent, isRequired: occurrence.isRequired }] : []
    })

  const needing = new WeakMap<SelectionSetNode, boolean>()
  /** Whether a field below requires others. */
  const needs = (set: SelectionSetNode | undefined): boolean => {
    if (!set) return false
    const known = needing.get(set)
    if (known !== undefined) return known
    const made = set.selections.some((selection) => {
      if (selection.kind !== Kind.FIELD) return needs(inFragment(selection, '')?.set)
      return requiring.has(selection.name.value) || needs(selection.selectionSet)
    })
    needing.set(set, made)
    return made
  }
  /**
   * Whether objects of one name that come from different types must not be mistaken for each other: the planner takes the
   * conditions of some for those of all, and asks what a field of some requires with that of others.
   */
  const mustBeApart = (same: readonly Occurrence[]): boolean => {
    const kinds = new Map<string, Set<string>>()
    for (const { node, types, conditions } of same) {
      if (!node.selectionSet) continue
      const kind = `${conditions} ${needs(node.selectionSet) ? print(node.selectionSet) : ''}`
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add([...types].join()))
    }
    // One of these that all types have is the same for all.
    return kinds.size > 1 && new Set([...kinds.values()].map((types) => [...types].sort().join(';'))).size > 1
  }

  /** Whether anything on a path of names differs, whoever has it. */
  const differs = (entries: readonly Entry[]): boolean =>
    [...occurrencesIn(entries).values()].some(
      (same) => (same.length > 1 && (byField(same).size > 1 || mustBeApart(same))) || differs(below(same)),
    )

  /** Whether one object would be asked for two fields under one name. */
  const clashes = (entries: readonly Entry[]): boolean =>
    [...occurrencesIn(entries).values()].some((same) =>
      bySelection(same).some(({ chosen }) => chosen.length > 1 && (byField(chosen).size > 1 || clashes(below(chosen)))),
    )

  const levelOf = (entries: readonly Entry[]): Level => {
    const level = new Map<string, Variant[]>()
    for (const [name, same] of occurrencesIn(entries)) {
      const parts = [...byField(same)].flatMap(([field, occurrences]) => {
        const isApart = occurrences.length > 1 && (mustBeApart(occurrences) || clashes(below(occurrences)))
        const selections = isApart ? bySelection(occurrences) : [{ chosen: occurrences, types: union(occurrences) }]
        return selections.map((each) => ({ ...each, field, isRequired: each.chosen.some(({ isRequired }) => isRequired) }))
      })
      // What is required has the field's own name, whatever else has it.
      const own = parts.find(({ isRequired }) => isRequired) ?? parts[0]
      const isShared = parts.filter(({ isRequired }) => isRequired).length > 1
      const variants = parts
        .filter(({ chosen }) => chosen.some(({ isRequired }) => !isRequired))
        .map((part): Variant => {
          const { chosen, types, field } = part
          const known = part === own && !isShared ? name : give(name, chosen[0]?.node.name.value ?? '')
          return { field, types, name: known, level: levelOf(below(chosen)) }
        })
      level.set(name, variants)
    }
    return level
  }

  /** What stands in `copies` places. */
  const renamed = ({ set, types, parent }: Entry, level: Level, copies: number): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): readonly SelectionNode[] => {
      if (!conditionsOf(selection.directives)) return [selection]
      if (selection.kind === Kind.FIELD)
        return isIntrospection(selection)
          ? [selection]
          : fieldsFor({ node: selection, types, parent, isRequired: false }, level, copies)
      const inner = inFragment(selection, parent)
      const both = inner && types.intersection(typesOf(inner.parent))
      if (!both || both.size === 0) return [selection]
      return [fragmentOn(inner.parent, renamed({ ...inner, types: both }, level, copies), selection)]
    }),
  })
  const fieldsFor = (occurrence: Place, level: Level, copies: number): readonly SelectionNode[] => {
    const { node, types } = occurrence
    const key = fieldText(node)
    const variants = (level.get(responseName(node)) ?? []).filter(({ field }) => field === key)
    const fitting = variants.filter((variant) => !variant.types.isDisjointFrom(types))
    return fitting.flatMap(({ name, level: inner, types: own }): readonly SelectionNode[] => {
      const places = fitting.length === 1 ? [] : [...own.intersection(types)]
      const all = copies * Math.max(1, places.length)
      spend(all)
      const [entry] = below([occurrence])
      const alias = name === responseName(node) ? {} : { alias: { kind: Kind.NAME as const, value: name } }
      const field: FieldNode = { ...node, ...alias, ...(entry ? { selectionSet: renamed(entry, inner, all) } : {}) }
      if (places.length === 0) return [field]
      return places.map((each) => fragmentOn(each, { kind: Kind.SELECTION_SET, selections: [field] }))
    })
  }

  const entry: Entry = { set: operation.selectionSet, types: typesOf(root), parent: root }
  if (!differs([entry])) return document
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet: renamed(entry, levelOf([entry]), 1) }] }
}

const responseName = ({ alias, name }: FieldNode) => (alias ?? name).value

const isIntrospection = ({ name: { value } }: FieldNode) => value === '__schema' || value === '__type'

const texts = new WeakMap<FieldNode, string>()

/** The field with its arguments, in whatever order they are given. */
function fieldText(node: FieldNode): string {
  const { name, arguments: given = [] } = node
  if (given.length === 0) return name.value
  const text = texts.get(node) ?? `${name.value}(${given.map(print).sort().join()})`
  texts.set(node, text)
  return text
}

const union = (occurrences: readonly Occurrence[]): Types => new Set(occurrences.flatMap(({ types }) => [...types]))

const byField = (occurrences: readonly Occurrence[]): ReadonlyMap<string, readonly Occurrence[]> =>
  Map.groupBy(occurrences, ({ node }) => fieldText(node))

/** The types for which the same of the occurrences count. */
function bySelection(
  occurrences: readonly Occurrence[],
): readonly { readonly chosen: readonly Occurrence[]; readonly types: Types }[] {
  const [first] = occurrences
  if (first && occurrences.every(({ types }) => types === first.types)) return [{ chosen: occurrences, types: first.types }]
  const groups = new Map<string, { readonly chosen: readonly Occurrence[]; readonly types: Set<string> }>()
  for (const type of union(occurrences)) {
    const places = occurrences.flatMap(({ types }, place) => (types.has(type) ? [place] : []))
    const key = places.join()
    const group = groups.get(key) ?? { chosen: places.flatMap((place) => occurrences[place] ?? []), types: new Set() }
    group.types.add(type)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const fragmentOn = (
  typeName: string,
  selectionSet: SelectionSetNode,
  { directives = [] }: Pick<SelectionNode, 'directives'> = {},
): SelectionNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } },
  directives,
  selectionSet,
})

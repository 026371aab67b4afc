import {
  type ASTVisitor,
  type FieldNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
  type ValidationContext,
} from 'graphql'
import { argumentsKey } from './arguments-key.ts'
import { rootsOf } from './roots.ts'

/** Selections and fields that are looked at in one document, at most. A document at the other limits takes a tenth. */
export const MAX_OVERLAP_STEPS = 50_000

/** Undefined where the schema does not know it. */
type ParentType = GraphQLNamedType | undefined

/** Selections of one object; those of several fields are merged. */
type Part = { readonly selectionSet: SelectionSetNode; readonly type: ParentType; readonly above: Field | null }

type Field = {
  readonly node: FieldNode
  readonly parentType: ParentType
  /** Undefined for what the schema does not know, and for meta fields: it conflicts with no other. */
  readonly type: GraphQLOutputType | undefined
  /** The field in whose selections it stands. */
  readonly above: Field | null
}

/** One way to look at the fields of a response name. */
type Round = {
  /** Those that must be alike. */
  readonly groupsOf: (fields: readonly Field[]) => readonly (readonly Field[])[]
  /** Whether others are compared with it. */
  readonly isMeasure: (field: Field) => boolean
  readonly conflictOf: (one: Field, other: Field) => string | null
  /** Selections that were looked at as one. */
  readonly seen: Set<string>
}

/**
 * Whether fields of one response name can be merged: the verdict of graphql-js' OverlappingFieldsCanBeMergedRule, which
 * compares every two fields and every two fragments. Here each field of a name is compared with the first, and what is
 * selected below all of them is looked at as one, once. In a first round those that may belong to one object must be the same
 * field with the same arguments, in a second all of a name must have one shape. Names the first conflict of a name only.
 */
export function OverlappingFieldsRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const overlap = new Overlap(context)
      for (const { selectionSet, type, fragment } of rootsOf(document, context.getSchema())) {
        if (fragment === null || !overlap.reached.has(fragment)) overlap.check({ selectionSet, type, above: null })
      }
    },
  }
}

class Overlap {
  /** Names of the fragments that were looked at. */
  readonly reached = new Set<string>()
  readonly #context: ValidationContext
  readonly #ids = new Map<SelectionSetNode, number>()
  readonly #keys = new Map<FieldNode, string>()
  readonly #rounds: readonly Round[] = [
    {
      groupsOf: groupsOfOneObject,
      isMeasure: () => true,
      conflictOf: (one, other) => this.#identityConflict(one, other),
      seen: new Set(),
    },
    {
      groupsOf: (fields) => [fields],
      isMeasure: ({ type }) => type !== undefined,
      conflictOf: shapeConflict,
      seen: new Set(),
    },
  ]
  #steps = 0
  #hasConflict = false

  constructor(context: ValidationContext) {
    this.#context = context
  }

  check(root: Part): void {
    for (const round of this.#rounds) {
      // What differs in the first round mostly differs in the second too.
      if (this.#hasConflict) return
      const pending: (readonly Part[])[] = [[root]]
      for (const parts of pending) {
        const key = parts.map(({ selectionSet }) => this.#idOf(selectionSet)).join()
        if (round.seen.has(key)) continue
        round.seen.add(key)
        for (const fields of this.#fieldsOf(parts).values()) {
          for (const group of round.groupsOf(fields)) {
            if (this.#findConflict(group, round)) continue
            const below = partsBelow(group)
            if (below.length > 0) pending.push(below)
          }
        }
        if (this.#steps <= MAX_OVERLAP_STEPS) continue
        this.#context.reportError(new GraphQLError('Fields of one name overlap in too many ways.'))
        this.#hasConflict = true
        return
      }
    }
  }

  #findConflict(group: readonly Field[], { isMeasure, conflictOf }: Round): boolean {
    const [first, ...others] = group.length === 1 ? [] : group.filter(isMeasure)
    for (const other of first ? others : []) {
      this.#steps++
      const reason = first && conflictOf(first, other)
      if (!reason) continue
      this.#context.reportError(conflictError(first, other, reason))
      this.#hasConflict = true
      return true
    }
    return false
  }

  /** By response name. A fragment that is spread more than once gives its fields once. */
  #fieldsOf(parts: readonly Part[]): ReadonlyMap<string, readonly Field[]> {
    const fields = new Map<string, Field[]>()
    const spread = new Set<string>()
    const schema = this.#context.getSchema()
    const collect = ({ selectionSet, type, above }: Part): void => {
      for (const selection of selectionSet.selections) {
        this.#steps++
        if (selection.kind === Kind.FIELD) {
          const name = responseName(selection)
          const field = { node: selection, parentType: type, type: typeOfField(type, selection), above }
          const alike = fields.get(name)
          if (alike) alike.push(field)
          else fields.set(name, [field])
          continue
        }
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const { typeCondition, selectionSet: inner } = selection
          collect({ selectionSet: inner, type: typeCondition ? typeFromAST(schema, typeCondition) : type, above })
          continue
        }
        const name = selection.name.value
        const fragment = spread.has(name) ? null : this.#context.getFragment(name)
        spread.add(name)
        this.reached.add(name)
        if (fragment) {
          collect({ selectionSet: fragment.selectionSet, type: typeFromAST(schema, fragment.typeCondition), above })
        }
      }
    }
    for (const part of parts) collect(part)
    return fields
  }

  #identityConflict(one: Field, other: Field): string | null {
    const [name, otherName] = [one.node.name.value, other.node.name.value]
    if (name !== otherName) return `"${name}" and "${otherName}" are different fields`
    return this.#keyOf(one.node) === this.#keyOf(other.node) ? null : 'they have differing arguments'
  }

  #keyOf(node: FieldNode): string {
    const known = this.#keys.get(node)
    if (known !== undefined) return known
    const key = argumentsKey(node)
    this.#keys.set(node, key)
    return key
  }

  #idOf(selectionSet: SelectionSetNode): number {
    const known = this.#ids.get(selectionSet)
    if (known !== undefined) return known
    const id = this.#ids.size
    this.#ids.set(selectionSet, id)
    return id
  }
}

const responseName = ({ alias, name }: FieldNode) => (alias ?? name).value

function typeOfField(type: ParentType, { name }: FieldNode): GraphQLOutputType | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value]?.type : undefined
}

const partsBelow = (group: readonly Field[]): readonly Part[] =>
  group.flatMap((field) => {
    const { selectionSet } = field.node
    return selectionSet ? [{ selectionSet, type: field.type && getNamedType(field.type), above: field }] : []
  })

/** Objects of two types are never one; of an interface or union it cannot be told. */
function groupsOfOneObject(fields: readonly Field[]): readonly (readonly Field[])[] {
  const types = new Set(fields.flatMap(({ parentType }) => (isObjectType(parentType) ? [parentType] : [])))
  if (types.size < 2) return [fields]
  return [...types].map((type) => fields.filter(({ parentType }) => parentType === type || !isObjectType(parentType)))
}

const shapeConflict = ({ type: one }: Field, { type: other }: Field): string | null =>
  one && other && haveUnlikeShapes(one, other) ? `they return conflicting types "${one}" and "${other}"` : null

/** Objects are told apart by their fields. */
function haveUnlikeShapes(one: GraphQLOutputType, other: GraphQLOutputType): boolean {
  if (isListType(one) && isListType(other)) return haveUnlikeShapes(one.ofType, other.ofType)
  if (isNonNullType(one) && isNonNullType(other)) return haveUnlikeShapes(one.ofType, other.ofType)
  if (isListType(one) || isListType(other) || isNonNullType(one) || isNonNullType(other)) return true
  return (isLeafType(one) || isLeafType(other)) && one !== other
}

/** Told from the outermost fields that are not the same one. */
function conflictError(one: Field, other: Field, reason: string): GraphQLError {
  let [a, b] = [one, other]
  let told = reason
  const [nodes, otherNodes] = [[a.node], [b.node]]
  while (a.above && b.above && a.above.node !== b.above.node) {
    told = `subfields "${responseName(a.node)}" conflict because ${told}`
    a = a.above
    b = b.above
    nodes.unshift(a.node)
    otherNodes.unshift(b.node)
  }
  return new GraphQLError(
    `Fields "${responseName(a.node)}" conflict because ${told}. Use different aliases on the fields to fetch both if this was intentional.`,
    { nodes: [...nodes, ...otherNodes] },
  )
}

import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../admission/fragments.ts'
import { tooMuchToPlan } from './planner.ts'

type Types = ReadonlySet<string>

/** Selections looked at for one operation. Each is once, but for copies. */
const MAX_WORK = 20_000

/**
 * Puts fragments into a form in which the planner finds a way to what they ask, or else gives up the operation. What is
 * asked of no object goes: a fragment may fit the one around it, and yet no type fit all of them together; a field may be
 * left with an empty selection. What is asked of the members of a union, or of another interface, where a subgraph may know
 * an interface as an object, is asked of each. A document without any such fragment is given back as it is.
 * Throws if it would become too large.
 */
export function withPossibleFragments(document: DocumentNode, schema: GraphQLSchema, interfaceObjects: Types): DocumentNode {
  const fragments = fragmentsOf(document)
  const known = new Map<string, SelectionSetNode>()
  let work = 0

  const typesOf = (name: string): Types => {
    const type = schema.getType(name)
    return new Set(isAbstractType(type) ? schema.getPossibleTypes(type).map((each) => each.name) : [name])
  }
  const valueType = ({ name }: FieldNode, parent: string): string | undefined => {
    const type = schema.getType(parent)
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined
    return field && getNamedType(field.type).name
  }

  /** Whether the planner may miss the way from objects of that type to those of an abstract one. */
  const mayMiss = (type: string) =>
    interfaceObjects.has(type) || (interfaceObjects.size > 0 && isObjectType(schema.getType(type)))

  const possibleField = (field: FieldNode, parent: string): FieldNode => {
    const value = field.selectionSet && valueType(field, parent)
    if (!value || !field.selectionSet) return field
    const selectionSet = possibleIn(field.selectionSet, typesOf(value), value)
    return selectionSet === field.selectionSet ? field : { ...field, selectionSet }
  }

  const possibleSelections = (selection: SelectionNode, types: Types, parent: string): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return [possibleField(selection, parent)]
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (!fragment) return [selection]
    const condition = fragment.typeCondition?.name.value ?? parent
    const both = types.intersection(typesOf(condition))
    // An interface may have no members at all; then nothing is known of its objects.
    if (both.size === 0 && types.size > 0) return []
    if (mayMiss(parent) && condition !== parent && isAbstractType(schema.getType(condition))) {
      return [...both].flatMap((type) =>
        possibleSelections(on(type, { ...selection, selectionSet: fragment.selectionSet }), types, parent),
      )
    }
    const key = [selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : '', condition, ...both].join()
    const isKept = selection.kind === Kind.FRAGMENT_SPREAD
    const set = (isKept ? known.get(key) : undefined) ?? possibleIn(fragment.selectionSet, both, condition)
    if (isKept) known.set(key, set)
    if (set === fragment.selectionSet) return [selection]
    return set.selections.length === 0 ? [] : [on(fragment.typeCondition?.name.value, { ...selection, selectionSet: set })]
  }

  function possibleIn(set: SelectionSetNode, types: Types, parent: string): SelectionSetNode {
    work += set.selections.length
    if (work > MAX_WORK) throw tooMuchToPlan()
    const selections = set.selections.flatMap((each) => possibleSelections(each, types, parent))
    const isSame = selections.length === set.selections.length && selections.every((each, at) => each === set.selections[at])
    return isSame ? set : { ...set, selections }
  }

  const definitions = document.definitions.map((definition) => {
    const root = definition.kind === Kind.OPERATION_DEFINITION && schema.getRootType(definition.operation)?.name
    if (!root) return definition
    const selectionSet = possibleIn(definition.selectionSet, typesOf(root), root)
    return selectionSet === definition.selectionSet ? definition : { ...definition, selectionSet }
  })
  return definitions.every((each, at) => each === document.definitions[at]) ? document : { ...document, definitions }
}

const on = (
  type: string | undefined,
  { directives = [], selectionSet }: Pick<InlineFragmentNode, 'directives' | 'selectionSet'>,
): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  ...(type === undefined ? {} : { typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } } }),
  directives,
  selectionSet,
})

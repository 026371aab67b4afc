import {
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import { type Condition, conditionsOf } from '../../admission/conditions.ts'
import { fragmentsOf } from '../../admission/fragments.ts'
import { operationOf, type PlannableDocument } from '../planning/plannable-document.ts'

/** What the client asked for, in its order, as far as writing the answer needs it. */
export type ResponseField = {
  readonly kind: 'field'
  readonly id: number
  readonly responseName: string
  /** The name that its value has in the subgraphs' data. */
  readonly dataName: string
  readonly type: ResponseType
  /** Where it is a field of an interface, its type in those object types that promise more of it. */
  readonly narrower: ReadonlyMap<string, ResponseType>
  readonly selections: readonly ResponseSelection[]
  readonly conditions: readonly Condition[]
  /** `__typename`, `__schema` and `__type` are not taken from the data. */
  readonly meta: 'typename' | 'introspection' | null
  readonly node: FieldNode
}
type ResponseFragment = {
  readonly kind: 'fragment'
  readonly typeCondition: string | null
  readonly selections: readonly ResponseSelection[]
  readonly conditions: readonly Condition[]
}
export type ResponseSelection = ResponseField | ResponseFragment

const META_FIELDS = [TypeNameMetaFieldDef, SchemaMetaFieldDef, TypeMetaFieldDef]
const LEAVES = ['Int', 'Float', 'Boolean', 'String', 'ID'] as const
export type LeafKind = (typeof LEAVES)[number] | 'custom'
export type ResponseType = { readonly text: string } & (
  | { readonly kind: 'nonNull'; readonly of: ResponseType }
  | { readonly kind: 'list'; readonly of: ResponseType }
  | { readonly kind: 'leaf'; readonly leaf: LeafKind }
  | { readonly kind: 'enum'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'object' }
  | { readonly kind: 'abstract' }
)

/** The field as objects of `typeName` have it. */
export function fieldIn(field: ResponseField, typeName: string): ResponseField {
  const type = field.narrower.get(typeName)
  return type ? { ...field, type } : field
}

export type ResponseTree = { readonly rootType: string; readonly selections: readonly ResponseSelection[] }

/** The tree of an operation as planned in `schema`, without what @skip and @include always leave out. */
export function responseTreeOf(
  schema: GraphQLSchema,
  { document, aliases }: PlannableDocument,
  operationName: string | undefined,
): ResponseTree {
  const operation = operationOf(document, operationName)
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error('an admitted operation has a root type')
  const fragments = fragmentsOf(document)
  const types = new Map<string, ResponseType>()
  let fields = 0

  const typeOf = (type: GraphQLOutputType) => {
    const known = types.get(String(type)) ?? responseTypeOf(type)
    types.set(String(type), known)
    return known
  }

  const narrowerTypes = (parent: string, name: string, declared: GraphQLOutputType): ResponseField['narrower'] => {
    const type = schema.getType(parent)
    const narrower = new Map<string, ResponseType>()
    for (const object of isInterfaceType(type) ? schema.getPossibleTypes(type) : []) {
      const own = object.getFields()[name]?.type
      if (own && String(own) !== String(declared)) narrower.set(object.name, typeOf(own))
    }
    return narrower
  }

  const selectionsOf = (selectionSet: SelectionSetNode | undefined, parent: string): readonly ResponseSelection[] =>
    (selectionSet?.selections ?? []).flatMap((selection): readonly ResponseSelection[] => {
      const conditions = conditionsOf(selection.directives)
      if (!conditions) return []
      if (selection.kind === Kind.FIELD) return [fieldOf(selection, conditions, parent)]
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const typeCondition = fragment?.typeCondition?.name.value ?? null
      const selections = selectionsOf(fragment?.selectionSet, typeCondition ?? parent)
      return [{ kind: 'fragment', typeCondition, selections, conditions }]
    })

  const fieldOf = (node: FieldNode, conditions: readonly Condition[], parent: string): ResponseField => {
    const type = schema.getType(parent)
    const own = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined
    const definition = own ?? META_FIELDS.find(({ name }) => name === node.name.value)
    if (!definition) throw new Error('an admitted field is one of the schema')
    const { name } = definition
    const isIntrospection = name === '__schema' || name === '__type'
    let named: GraphQLOutputType = definition.type
    while (isNonNullType(named) || isListType(named)) named = named.ofType
    const dataName = node.alias?.value ?? name
    return {
      kind: 'field',
      id: fields++,
      responseName: aliases.get(dataName) ?? dataName,
      dataName,
      type: typeOf(definition.type),
      narrower: narrowerTypes(parent, name, definition.type),
      selections: isIntrospection ? [] : selectionsOf(node.selectionSet, String(named)),
      conditions,
      meta: isIntrospection ? 'introspection' : name === '__typename' ? 'typename' : null,
      node,
    }
  }

  return { rootType: root.name, selections: selectionsOf(operation.selectionSet, root.name) }
}

function responseTypeOf(type: GraphQLOutputType): ResponseType {
  const text = String(type)
  if (isNonNullType(type)) return { kind: 'nonNull', of: responseTypeOf(type.ofType), text }
  if (isListType(type)) return { kind: 'list', of: responseTypeOf(type.ofType), text }
  if (isObjectType(type)) return { kind: 'object', text }
  if (isCompositeType(type)) return { kind: 'abstract', text }
  if (isEnumType(type)) return { kind: 'enum', values: new Set(type.getValues().map(({ name }) => name)), text }
  return { kind: 'leaf', leaf: LEAVES.find((leaf) => leaf === text) ?? 'custom', text }
}

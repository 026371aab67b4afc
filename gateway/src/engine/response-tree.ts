import {
  type Directive,
  type FieldSelection,
  isCompositeType,
  isCustomScalarType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type Operation,
  type OperationElement,
  type Schema,
  type SelectionSet,
  type Type,
  Variable,
} from '@apollo/federation-internals'
import type { Condition } from './fetch-steps.ts'

/** What the client asked for, in its order, as far as writing the answer needs it. */
export type ResponseField = {
  readonly kind: 'field'
  readonly id: number
  readonly responseName: string
  readonly type: ResponseType
  readonly selections: readonly ResponseSelection[]
  readonly conditions: readonly Condition[]
  /** `__typename`, `__schema` and `__type` are not taken from the data. */
  readonly meta: 'typename' | 'introspection' | null
  readonly source: FieldSelection
}
export type ResponseFragment = {
  readonly kind: 'fragment'
  readonly typeCondition: string | null
  readonly selections: readonly ResponseSelection[]
  readonly conditions: readonly Condition[]
}
export type ResponseSelection = ResponseField | ResponseFragment

export type LeafKind = 'Int' | 'Float' | 'Boolean' | 'String' | 'ID' | 'custom'
export type ResponseType = { readonly text: string } & (
  | { readonly kind: 'nonNull'; readonly of: ResponseType }
  | { readonly kind: 'list'; readonly of: ResponseType }
  | { readonly kind: 'leaf'; readonly leaf: LeafKind }
  | { readonly kind: 'enum'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'object' }
  | { readonly kind: 'abstract' }
)

export type ResponseTree = { readonly rootType: string; readonly selections: readonly ResponseSelection[] }

/** The tree of `operation`, without what @skip and @include always leave out. */
export function responseTreeOf(operation: Operation): ResponseTree {
  const schema = operation.schema()
  const rootType = schema.schemaDefinition.rootType(operation.rootKind)
  if (!rootType) throw new Error('an admitted operation has a root type')
  const count = { fields: 0 }
  return { rootType: rootType.name, selections: selectionsOf(operation.selectionSet, schema, count) }
}

function selectionsOf(set: SelectionSet | undefined, schema: Schema, count: { fields: number }): readonly ResponseSelection[] {
  const selections: ResponseSelection[] = []
  for (const selection of set?.selections() ?? []) {
    const conditions = conditionsOf(selection.element, schema)
    if (!conditions) continue
    if (selection.kind === 'FragmentSelection') {
      const typeCondition = selection.element.typeCondition?.name ?? null
      selections.push({
        kind: 'fragment',
        typeCondition,
        selections: selectionsOf(selection.selectionSet, schema, count),
        conditions,
      })
      continue
    }
    const { definition } = selection.element
    if (!definition.type) throw new Error('a field has a type')
    const isIntrospection = definition.isSchemaIntrospectionField()
    selections.push({
      kind: 'field',
      id: count.fields++,
      responseName: selection.element.responseName(),
      type: typeOf(definition.type),
      selections: isIntrospection ? [] : selectionsOf(selection.selectionSet, schema, count),
      conditions,
      meta: isIntrospection ? 'introspection' : definition.name === '__typename' ? 'typename' : null,
      source: selection,
    })
  }
  return selections
}

/** Null if the element is never included. */
function conditionsOf(element: OperationElement, schema: Schema): readonly Condition[] | null {
  const conditions: Condition[] = []
  const rules = [
    [element.appliedDirectivesOf(schema.skipDirective())[0], false],
    [element.appliedDirectivesOf(schema.includeDirective())[0], true],
  ] as const
  for (const [directive, value] of rules) {
    const given = directive && ifOf(directive)
    if (given instanceof Variable) conditions.push({ variable: given.name, value })
    else if (given !== undefined && given !== value) return null
  }
  return conditions
}

// The arguments' type does not survive `appliedDirectivesOf`; validation leaves only these two.
const ifOf = (directive: Directive<OperationElement>) => directive.arguments().if as boolean | Variable

function typeOf(type: Type): ResponseType {
  const text = String(type)
  if (isNonNullType(type)) return { kind: 'nonNull', of: typeOf(type.ofType), text }
  if (isListType(type)) return { kind: 'list', of: typeOf(type.ofType), text }
  if (isObjectType(type)) return { kind: 'object', text }
  if (isCompositeType(type)) return { kind: 'abstract', text }
  if (isEnumType(type)) return { kind: 'enum', values: new Set(type.values.map(({ name }) => name)), text }
  // What is neither composite, nor an enum, nor custom is one of the five scalars of the language.
  return { kind: 'leaf', leaf: isCustomScalarType(type) ? 'custom' : (text as LeafKind), text }
}

import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>
export type Variables = Readonly<Record<string, unknown>>

/** What collecting fields depends on besides the selection and the type. */
export type CollectScope = { readonly schema: GraphQLSchema; readonly fragments: Fragments; readonly variables: Variables }

/**
 * The fields of an object of `type`, by the name they have in the answer, in the order of the answer: the CollectFields of
 * the GraphQL specification. Throws a GraphQLError for a condition that is null.
 */
export function collectFields(
  scope: CollectScope,
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>()
  const spread = new Set<string>()
  for (const set of sets) if (set) collect(scope, type, set, fields, spread)
  return fields
}

function collect(
  scope: CollectScope,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  fields: Map<string, FieldNode[]>,
  spread: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(scope.variables, selection)) continue
    switch (selection.kind) {
      case Kind.FIELD: {
        const name = (selection.alias ?? selection.name).value
        const alike = fields.get(name)
        if (alike) alike.push(selection)
        else fields.set(name, [selection])
        break
      }
      case Kind.INLINE_FRAGMENT:
        if (fits(scope.schema, selection, type)) collect(scope, type, selection.selectionSet, fields, spread)
        break
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value
        if (spread.has(name)) break
        spread.add(name)
        const fragment = scope.fragments[name]
        if (fragment && fits(scope.schema, fragment, type)) collect(scope, type, fragment.selectionSet, fields, spread)
      }
    }
  }
}

function isIncluded(variables: Variables, node: Parameters<typeof getDirectiveValues>[1]): boolean {
  if (!node.directives || node.directives.length === 0) return true
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false
}

function fits(schema: GraphQLSchema, fragment: FragmentDefinitionNode | InlineFragmentNode, type: GraphQLObjectType): boolean {
  if (!fragment.typeCondition) return true
  const condition = typeFromAST(schema, fragment.typeCondition)
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type))
}

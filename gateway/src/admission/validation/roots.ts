import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'

/** What selections of a document stand in, if not in others. */
type Root = {
  readonly selectionSet: SelectionSetNode
  readonly type: GraphQLNamedType | undefined
  /** Its name; null for an operation. */
  readonly fragment: string | null
}

/**
 * Operations first, then fragments, those before that no other spreads: whoever follows spreads from there, and leaves out
 * the fragments that he has met, meets each once.
 */
export function rootsOf(document: DocumentNode, schema: GraphQLSchema): readonly Root[] {
  const roots = document.definitions.flatMap((definition) => rootOf(definition, schema))
  const spread = new Set<string>()
  for (const { selectionSet } of roots) addSpreads(selectionSet, spread)
  const rank = ({ fragment }: Root) => (fragment === null ? 0 : spread.has(fragment) ? 2 : 1)
  return roots.sort((a, b) => rank(a) - rank(b))
}

function rootOf(definition: DefinitionNode, schema: GraphQLSchema): Root[] {
  if (definition.kind === Kind.OPERATION_DEFINITION) {
    const { operation, selectionSet } = definition
    return [{ selectionSet, type: schema.getRootType(operation) ?? undefined, fragment: null }]
  }
  if (definition.kind !== Kind.FRAGMENT_DEFINITION) return []
  const { selectionSet, typeCondition, name } = definition
  return [{ selectionSet, type: typeFromAST(schema, typeCondition), fragment: name.value }]
}

function addSpreads({ selections }: SelectionSetNode, spread: Set<string>): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) spread.add(selection.name.value)
    else if (selection.selectionSet) addSpreads(selection.selectionSet, spread)
  }
}

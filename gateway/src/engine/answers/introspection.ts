import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'

/** The value of `__schema` or `__type` as these nodes ask for it, by graphql-js on the public API. Throws if there is none. */
export function introspect(
  schema: GraphQLSchema,
  nodes: readonly FieldNode[],
  operation: { readonly document: DocumentNode; readonly definition: OperationDefinitionNode },
  variables: Readonly<Record<string, unknown>>,
): unknown {
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        variableDefinitions: operation.definition.variableDefinitions ?? [],
        selectionSet: { kind: Kind.SELECTION_SET, selections: nodes },
      },
      ...operation.document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION),
    ],
  }
  const { data, errors } = executeSync({ schema, document, rootValue: {}, variableValues: variables })
  if (!data || errors) throw new Error('the schema could not be introspected')
  return Object.values(data)[0]
}

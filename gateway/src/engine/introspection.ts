import type { FieldSelection } from '@apollo/federation-internals'
import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql'

/** The value of `__schema` or `__type`, by graphql-js on the public API. Throws if it cannot be given. */
export function introspect(
  schema: GraphQLSchema,
  field: FieldSelection,
  definition: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  // Expanded, a field of an operation is a field.
  const selection = field.expandFragments().toSelectionNode()
  const used = new Set<string>()
  visit(selection, { Variable: ({ name }) => void used.add(name.value) })
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        variableDefinitions: (definition.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
        selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
      },
    ],
  }
  const { data, errors } = executeSync({ schema, document, rootValue: {}, variableValues: variables })
  if (!data || errors) throw new Error('the schema could not be introspected')
  return data[field.element.responseName()]
}

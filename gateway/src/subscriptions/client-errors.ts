import { type ExecutionResult, type FieldNode, GraphQLError, getOperationAST, Kind, parse, type SelectionSetNode } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import { type Fragments, fragmentsOf } from '../admission/fragments.ts'
import type { SubscriptionPlan } from '../engine/engine.ts'

/** What a subgraph reported of a subscription, with the client's names, and without places in the text that it was asked. */
export const asClientErrors = (result: ExecutionResult, plan: SubscriptionPlan): ExecutionResult =>
  withErrors(
    result,
    ({ message, path, originalError, extensions }) =>
      new GraphQLError(message, { path: path && plan.clientPath(path), originalError, extensions }),
  )

/** The same with the places of its errors in one client's text: those who share a subscription may lay it out differently. */
export function located(result: ExecutionResult, operation: Operation): ExecutionResult {
  if (!result.errors?.some(({ path }) => path)) return result
  const document = parse(operation.query)
  const root = getOperationAST(document, operation.operationName)
  const fragments = fragmentsOf(document)
  return withErrors(result, (error) => {
    if (!error.path || !root) return error
    let nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[] = [root]
    for (const name of error.path) {
      if (typeof name === 'string') nodes = nodes.flatMap(({ selectionSet }) => fieldsOf(selectionSet, name, fragments))
    }
    // A path of one name or more leads to fields.
    return new GraphQLError(error.message, {
      nodes: nodes as readonly FieldNode[],
      path: error.path,
      extensions: error.extensions,
    })
  })
}

const withErrors = (result: ExecutionResult, change: (error: GraphQLError) => GraphQLError): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map(change) } : result

const fieldsOf = (set: SelectionSetNode | undefined, name: string, fragments: Fragments): readonly FieldNode[] =>
  (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value === name ? [selection] : []
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    return fieldsOf(inner?.selectionSet, name, fragments)
  })

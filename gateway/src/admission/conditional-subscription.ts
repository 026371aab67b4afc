import { codedError } from '@planet/runtime/errors'
import { type DocumentNode, type GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { type Fragments, fragmentsOf } from './fragments.ts'

/**
 * A subscription whose root field may be skipped has no first event to plan for: it breaks the planner and a standard
 * validation rule, so it is refused before both. Null if there is none.
 */
export function findConditionalSubscription(document: DocumentNode): GraphQLError | null {
  const fragments = fragmentsOf(document)
  const isConditional = document.definitions.some(
    (definition) => isSubscription(definition) && hasConditionAtRoot(definition.selectionSet, fragments, new Set()),
  )
  return isConditional
    ? codedError('GRAPHQL_VALIDATION_FAILED', 'The root field of a subscription takes neither @skip nor @include.')
    : null
}

const isSubscription = (definition: DocumentNode['definitions'][number]): definition is OperationDefinitionNode =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'subscription'

function hasConditionAtRoot(selectionSet: SelectionSetNode, fragments: Fragments, seen: Set<string>): boolean {
  return selectionSet.selections.some((selection) => {
    if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true
    if (selection.kind === Kind.INLINE_FRAGMENT) return hasConditionAtRoot(selection.selectionSet, fragments, seen)
    if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) return false
    seen.add(selection.name.value)
    const fragment = fragments.get(selection.name.value)
    return fragment !== undefined && hasConditionAtRoot(fragment.selectionSet, fragments, seen)
  })
}

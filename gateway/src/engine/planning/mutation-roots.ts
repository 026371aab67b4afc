import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { conditionsOf } from '../../admission/conditions.ts'
import { fragmentsOf } from '../../admission/fragments.ts'

/** A field of the root, with the directives of each fragment around it, the outermost first. */
type Root = { readonly field: FieldNode; readonly around: readonly (readonly DirectiveNode[])[] }

/**
 * The document with each field of a mutation's root once, where it comes first, with all that is asked of it: so it is
 * executed, and the planner would have it done again wherever it is repeated. Null if its place depends on conditions.
 */
export function withRootsOnce(document: DocumentNode): DocumentNode | null {
  const fragments = fragmentsOf(document)
  const rootsIn = (set: SelectionSetNode, around: Root['around']): readonly Root[] =>
    set.selections.flatMap((selection): readonly Root[] => {
      if (selection.kind === Kind.FIELD) return [{ field: selection, around }]
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      return inner ? rootsIn(inner.selectionSet, [...around, selection.directives ?? []]) : []
    })
  let isCertain = true
  const once = (operation: OperationDefinitionNode): OperationDefinitionNode => {
    const roots = [...Map.groupBy(rootsIn(operation.selectionSet, []), ({ field }) => (field.alias ?? field.name).value).values()]
    if (roots.every((same) => same.length === 1)) return operation
    if (roots.some((same) => same.length > 1 && same.some(isConditional))) isCertain = false
    return { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: roots.flatMap(merged) } }
  }
  const definitions = document.definitions.map((each) =>
    each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.MUTATION ? once(each) : each,
  )
  return isCertain ? { ...document, definitions } : null
}

const isConditional = ({ field, around }: Root) =>
  [field.directives, ...around].some((directives) => conditionsOf(directives)?.length !== 0)

function merged(same: readonly Root[]): readonly SelectionNode[] {
  const [first] = same
  if (!first) return []
  const selections = same.flatMap(({ field }) => field.selectionSet?.selections ?? [])
  const field: SelectionNode =
    selections.length > 0 ? { ...first.field, selectionSet: { kind: Kind.SELECTION_SET, selections } } : first.field
  return [first.around.reduceRight<SelectionNode>(within, field)]
}

const within = (selection: SelectionNode, directives: readonly DirectiveNode[]): SelectionNode =>
  directives.length === 0
    ? selection
    : { kind: Kind.INLINE_FRAGMENT, directives, selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] } }

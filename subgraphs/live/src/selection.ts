import { type FragmentDefinitionNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'

/**
 * Whether the operation asks for the field at `path` below the current one, whatever its alias, so that it can be read in
 * the same statement. Type conditions, `@skip` and `@include` are ignored: then a little too much is read.
 */
export function selects(info: GraphQLResolveInfo, ...path: readonly string[]): boolean {
  return info.fieldNodes.some((node) => reaches(node.selectionSet, path, info.fragments))
}

function reaches(
  set: SelectionSetNode | undefined,
  path: readonly string[],
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): boolean {
  const [name, ...rest] = path
  if (name === undefined) return true
  return (set?.selections ?? []).some((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value === name && reaches(selection.selectionSet, rest, fragments)
      case Kind.INLINE_FRAGMENT:
        return reaches(selection.selectionSet, path, fragments)
      case Kind.FRAGMENT_SPREAD:
        return reaches(fragments[selection.name.value]?.selectionSet, path, fragments)
    }
  })
}

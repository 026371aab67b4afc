import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql'

/** Names of a response path joined; lists do not count, for every element has the same names. */
export const pathKey = (names: readonly string[]) => names.filter((name) => name !== '@').join('.')

/** The key of the object that has the field of this key; empty for the root. */
export const parentKey = (key: string) => key.slice(0, Math.max(0, key.lastIndexOf('.')))

/** What a fetch at `path` must find there: every object on the way and the fields of the entities. */
export function readPaths(path: readonly string[], requires: readonly QueryPlanSelectionNode[]): readonly string[] {
  const names = path.filter((name) => name !== '@')
  const reads = names.map((_, index) => pathKey(names.slice(0, index + 1)))
  const addFields = (selections: readonly QueryPlanSelectionNode[], parent: readonly string[]) => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') addFields(selection.selections, parent)
      else {
        const here = [...parent, selection.alias ?? selection.name]
        reads.push(pathKey(here))
        addFields(selection.selections ?? [], here)
      }
    }
  }
  addFields(requires, names)
  return reads
}

/** What the result of a fetch at `path` writes, under the names that it has after the rewrites. */
export function writtenPaths(
  path: readonly string[],
  document: DocumentNode,
  isEntityFetch: boolean,
  rewrites: readonly FetchDataRewrite[],
): ReadonlyMap<string, 'leaf' | 'object'> {
  const writes = new Map<string, 'leaf' | 'object'>()
  const addSelections = (selectionSet: SelectionSetNode, parent: readonly string[]) => {
    for (const { name, children } of fieldsOf(document, selectionSet)) {
      for (const here of namesAfter(rewrites, parent, path, name)) {
        writes.set(pathKey(here), children ? 'object' : 'leaf')
        if (children) addSelections(children, here)
      }
    }
  }
  addSelections(isEntityFetch ? entitySelection(document) : rootSelection(document), path)
  return writes
}

/** The fields of a selection set under their response names, fragments written out; a name may come several times. */
export function* fieldsOf(
  document: DocumentNode,
  selectionSet: SelectionSetNode,
): Generator<{ readonly name: string; readonly children: SelectionSetNode | undefined }> {
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      yield { name: selection.alias?.value ?? selection.name.value, children: selection.selectionSet }
    } else yield* fieldsOf(document, fragmentOf(document, selection))
  }
}

export function fragmentOf(document: DocumentNode, selection: Exclude<SelectionNode, { kind: Kind.FIELD }>): SelectionSetNode {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value) {
      return definition.selectionSet
    }
  }
  throw new Error('a planned operation holds its fragments')
}

export function rootSelection(document: DocumentNode): SelectionSetNode {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) return definition.selectionSet
  }
  throw new Error('a fetch has an operation')
}

/** What is asked of each entity. */
export function entitySelection(document: DocumentNode): SelectionSetNode {
  const [entities] = rootSelection(document).selections
  if (entities?.kind === Kind.FIELD && entities.selectionSet) return entities.selectionSet
  throw new Error('a fetch of entities asks for nothing else')
}

/** The path as it is, and as a rewrite renames it: which of the two an object has depends on its type. */
function namesAfter(
  rewrites: readonly FetchDataRewrite[],
  parent: readonly string[],
  fetchPath: readonly string[],
  name: string,
): readonly (readonly string[])[] {
  const here = [...parent, name]
  const key = pathKey(here)
  const renamed = rewrites.flatMap((rewrite) => {
    const from = pathKey([...fetchPath, ...rewrite.path.filter((part) => !part.startsWith('... on '))])
    if (from !== key) return []
    return [[...parent, rewrite.kind === 'KeyRenamer' ? rewrite.renameKeyTo : name]]
  })
  return [here, ...renamed]
}

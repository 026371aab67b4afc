import { type DocumentNode, Kind, parse, print, type SelectionSetNode, visit } from 'graphql'

/** Attempts after which what is left is small enough. */
const MAX_ATTEMPTS = 400

/** The smallest text found by leaving out selections, arguments and conditions one by one, for which `isFailing` still holds. */
export async function reduceOperation(query: string, isFailing: (query: string) => Promise<boolean>): Promise<string> {
  let smallest = query
  let attempts = 0
  for (let isSmaller = true; isSmaller && attempts < MAX_ATTEMPTS; ) {
    isSmaller = false
    for (const candidate of smallerThan(parse(smallest))) {
      attempts += 1
      const text = print(candidate)
      if (attempts > MAX_ATTEMPTS || !(await isFailing(text).catch(() => false))) continue
      smallest = text
      isSmaller = true
      break
    }
  }
  return smallest
}

/** The document with one thing less, each time another; what is large is left out first. */
function* smallerThan(document: DocumentNode): Generator<DocumentNode> {
  let count = 0
  visit(document, { enter: () => void count++ })
  for (let at = 0; at < count; at++) {
    for (const isReplaced of [false, true]) {
      const made = without(document, at, isReplaced)
      if (made) yield withoutUnused(made)
    }
  }
}

/** Null if the node at that position, counted from the top, cannot go; with `isReplaced` what is inside takes its place. */
function without(document: DocumentNode, at: number, isReplaced: boolean): DocumentNode | null {
  let position = 0
  let isDone = false
  const made: DocumentNode = visit(document, {
    enter(node) {
      if (position++ !== at) return undefined
      if (node.kind === Kind.FIELD && isReplaced && node.alias) {
        isDone = true
        return { ...node, alias: undefined }
      }
      if (isReplaced) return undefined
      const mayGo =
        node.kind === Kind.FIELD ||
        node.kind === Kind.INLINE_FRAGMENT ||
        node.kind === Kind.FRAGMENT_SPREAD ||
        node.kind === Kind.ARGUMENT ||
        node.kind === Kind.DIRECTIVE
      isDone = mayGo
      return mayGo ? null : undefined
    },
    SelectionSet: { leave: (node: SelectionSetNode) => (node.selections.length === 0 ? null : undefined) },
  })
  return isDone ? made : null
}

/** Without fragments and variables that nobody uses any more. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>()
  visit(document, {
    FragmentSpread: ({ name }) => void used.add(name.value),
    Variable: ({ name }, _, parent) => {
      if (!parent || !('kind' in parent) || parent.kind !== Kind.VARIABLE_DEFINITION) used.add(`$${name.value}`)
    },
  })
  return visit(document, {
    FragmentDefinition: ({ name }) => (used.has(name.value) ? undefined : null),
    VariableDefinition: ({ variable }) => (used.has(`$${variable.name.value}`) ? undefined : null),
  })
}

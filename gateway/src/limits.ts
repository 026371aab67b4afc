import { codedError } from '@planet/runtime/errors'
import { type DocumentNode, type GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { type Fragments, fragmentsOf } from './fragments.ts'

/** What one operation may weigh, fragments written out. Checked before validation and planning, which grow faster. */
export const LIMITS = {
  /** Lexical tokens of the document. */
  tokens: 10_000,
  /** Levels of fields. GraphiQL's introspection query has 15. */
  depth: 20,
  fields: 2_000,
  aliases: 100,
  rootFields: 50,
} as const

type Weight = { readonly depth: number; readonly fields: number; readonly aliases: number }

/** The first limit that an operation of `document` exceeds; null if none does. Also holds for fragments in a circle. */
export function findExceededLimit(document: DocumentNode): GraphQLError | null {
  const fragments = fragmentsOf(document)
  const weights = new Map<string, Weight>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const weight = weigh(definition.selectionSet, fragments, weights)
    const rootFields = countRootFields(definition.selectionSet, fragments, new Set())
    const exceeded =
      over('depth', weight.depth) ??
      over('fields', weight.fields) ??
      over('aliases', weight.aliases) ??
      over('rootFields', rootFields)
    if (exceeded) return exceeded
  }
  return null
}

const NAMES = { depth: 'levels of fields', fields: 'fields', aliases: 'aliases', rootFields: 'root fields' } as const

const over = (limit: keyof typeof NAMES, found: number) =>
  found > LIMITS[limit]
    ? codedError(
        'GRAPHQL_VALIDATION_FAILED',
        `The operation has more than ${LIMITS[limit]} ${NAMES[limit]}, fragments written out.`,
      )
    : null

const NOTHING: Weight = { depth: 0, fields: 0, aliases: 0 }

/** A fragment is weighed once, so a chain of fragments costs as much as it is long. */
function weighFragment(name: string, fragments: Fragments, weights: Map<string, Weight>): Weight {
  const known = weights.get(name)
  if (known) return known
  // Stands for a fragment inside itself, which validation refuses.
  weights.set(name, NOTHING)
  const fragment = fragments.get(name)
  const weight = fragment ? weigh(fragment.selectionSet, fragments, weights) : NOTHING
  weights.set(name, weight)
  return weight
}

function weigh(selectionSet: SelectionSetNode, fragments: Fragments, weights: Map<string, Weight>): Weight {
  let depth = 0
  let fields = 0
  let aliases = 0
  for (const selection of selectionSet.selections) {
    let inner = NOTHING
    if (selection.kind === Kind.FRAGMENT_SPREAD) inner = weighFragment(selection.name.value, fragments, weights)
    else if (selection.selectionSet) inner = weigh(selection.selectionSet, fragments, weights)
    const isField = selection.kind === Kind.FIELD
    depth = Math.max(depth, inner.depth + (isField ? 1 : 0))
    fields += inner.fields + (isField ? 1 : 0)
    aliases += inner.aliases + (isField && selection.alias ? 1 : 0)
  }
  return { depth, fields, aliases }
}

/** A fragment counts once however often it is spread: its repeats are merged. */
function countRootFields(selectionSet: SelectionSetNode, fragments: Fragments, seen: Set<string>): number {
  let count = 0
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) count++
    else if (selection.kind === Kind.INLINE_FRAGMENT) count += countRootFields(selection.selectionSet, fragments, seen)
    else if (!seen.has(selection.name.value)) {
      seen.add(selection.name.value)
      const fragment = fragments.get(selection.name.value)
      if (fragment) count += countRootFields(fragment.selectionSet, fragments, seen)
    }
  }
  return count
}

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

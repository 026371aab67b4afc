import { DOCUMENT_LIMITS } from '@planet/runtime/caller-limits'
import { codedError } from '@planet/runtime/errors'
import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import { type Fragments, fragmentsOf } from './fragments.ts'

/**
 * What a document may be. Checked before validation and planning, which grow faster; from `depth` on of one operation, with
 * fragments written out.
 */
export const LIMITS = {
  /** Lexical tokens. */
  tokens: 10_000,
  /** Brackets of any kind in one another; selections in one another, with fragments written out; values of variables. */
  nesting: 64,
  operations: 100,
  /** Levels of fields. GraphiQL's introspection query has 15. */
  depth: DOCUMENT_LIMITS.depth,
  fields: DOCUMENT_LIMITS.fields,
  aliases: 100,
  rootFields: 50,
  /** Names and literals. A document that spreads no fragment twice has fewer of them than tokens. */
  names: 10_000,
  /** Of names and literals. A document that spreads no fragment twice has fewer of them than a request has bytes. */
  characters: 256 * 1024,
  /** Fields and fragments between one pair of braces. */
  selections: 500,
} as const

/** What one operation, or a part of it, weighs. */
type Weight = Readonly<Record<(typeof MEASURED)[number], number>>

/** The first limit that `document`, or an operation of it, exceeds; null if none does. Also holds for fragments in a circle. */
export function findExceededLimit(document: DocumentNode): GraphQLError | null {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  if (operations.length > LIMITS.operations) return tooMuch(`A document has at most ${LIMITS.operations} operations.`)
  const scale = new Scale(fragmentsOf(document))
  for (const { selectionSet } of operations) {
    const weight = scale.weigh(selectionSet)
    const exceeded =
      MEASURED.find((limit) => weight[limit] > LIMITS[limit]) ??
      (scale.countRootFields(selectionSet) > LIMITS.rootFields ? 'rootFields' : null)
    if (exceeded) return tooMuch(`The operation has more than ${LIMITS[exceeded]} ${NAMES[exceeded]}, fragments written out.`)
  }
  return null
}

const NAMES = {
  nesting: 'levels of selections',
  depth: 'levels of fields',
  fields: 'fields',
  aliases: 'aliases',
  rootFields: 'root fields',
  names: 'names and literals',
  characters: 'characters in names and literals',
  selections: 'fields and fragments in one place',
} as const
const MEASURED = ['depth', 'nesting', 'fields', 'aliases', 'names', 'characters', 'selections'] as const

/** For a document that is too much, or too deep, to be looked at more closely. */
export const tooMuch = (message: string): GraphQLError => codedError('GRAPHQL_VALIDATION_FAILED', message)

const NOTHING: Weight = { nesting: 0, depth: 0, fields: 0, aliases: 0, selections: 0, names: 0, characters: 0 }

/** Weighs each fragment once, so a chain of fragments costs as much as it is long. */
class Scale {
  readonly #fragments: Fragments
  readonly #weights = new Map<string, Weight>()
  #level = 0

  constructor(fragments: Fragments) {
    this.#fragments = fragments
  }

  weigh(selectionSet: SelectionSetNode): Weight {
    // What stands deeper makes no difference any more, and might be too deep for this very function.
    if (this.#level > LIMITS.nesting) return { ...NOTHING, nesting: Number.POSITIVE_INFINITY }
    this.#level++
    const weight = this.#weighSelections(selectionSet)
    this.#level--
    return weight
  }

  #weighSelections({ selections }: SelectionSetNode): Weight {
    let [nesting, depth, fields, aliases, most] = [0, 0, 0, 0, selections.length]
    const own = { names: 0, characters: 0 }
    for (const selection of selections) {
      let inner = NOTHING
      if (selection.kind === Kind.FRAGMENT_SPREAD) inner = this.#weighFragment(selection.name.value)
      else if (selection.selectionSet) inner = this.weigh(selection.selectionSet)
      const isField = selection.kind === Kind.FIELD
      most = Math.max(most, inner.selections)
      nesting = Math.max(nesting, inner.nesting)
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0))
      fields += inner.fields + (isField ? 1 : 0)
      aliases += inner.aliases + (isField && selection.alias ? 1 : 0)
      own.names += inner.names
      own.characters += inner.characters
      if (selection.kind !== Kind.INLINE_FRAGMENT) count(selection.name.value, own)
      if (isField && selection.alias) count(selection.alias.value, own)
      if (isField) countMembers(selection.arguments, own)
      countDirectives(selection.directives, own)
    }
    return { nesting: nesting + 1, depth, fields, aliases, selections: most, ...own }
  }

  #weighFragment(name: string): Weight {
    const known = this.#weights.get(name)
    if (known) return known
    // Stands for a fragment inside itself, which validation refuses.
    this.#weights.set(name, NOTHING)
    const fragment = this.#fragments.get(name)
    const weight = fragment ? this.weigh(fragment.selectionSet) : NOTHING
    this.#weights.set(name, weight)
    return weight
  }

  /** A fragment counts once however often it is spread: its repeats are merged. */
  countRootFields({ selections }: SelectionSetNode, seen = new Set<string>()): number {
    let fields = 0
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) fields++
      else if (selection.kind === Kind.INLINE_FRAGMENT) fields += this.countRootFields(selection.selectionSet, seen)
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        const fragment = this.#fragments.get(selection.name.value)
        if (fragment) fields += this.countRootFields(fragment.selectionSet, seen)
      }
    }
    return fields
  }
}

type Count = { names: number; characters: number }

function count(text: string, counted: Count): void {
  counted.names++
  counted.characters += text.length
}

function countDirectives(directives: readonly DirectiveNode[] | undefined, counted: Count): void {
  for (const { name, arguments: given } of directives ?? []) {
    count(name.value, counted)
    countMembers(given, counted)
  }
}

function countMembers(members: readonly Pick<ArgumentNode, 'name' | 'value'>[] | undefined, counted: Count): void {
  for (const { name, value } of members ?? []) {
    count(name.value, counted)
    countValue(value, counted)
  }
}

function countValue(value: ValueNode, counted: Count): void {
  if (value.kind === Kind.LIST) for (const each of value.values) countValue(each, counted)
  else if (value.kind === Kind.OBJECT) countMembers(value.fields, counted)
  else count('name' in value ? value.name.value : 'value' in value ? String(value.value) : '', counted)
}

import { type ArgumentNode, type ExecutionResult, type FieldNode, GraphQLError, Kind } from 'graphql'
import { isPriced } from './plan-prices.ts'
import { formsOf, RESERVED_FORMS } from './reserved-names.ts'
import { meeting, type Rewriting, rewriting } from './rewritten-operation.ts'

/** What an engine takes for what it was given, or gives for what it has. */
export type KindFault = {
  readonly supergraph?: (sdl: string) => string
  readonly operation?: Rewriting
  readonly result?: (result: ExecutionResult) => ExecutionResult
  /** Whether the first use of an operation, which is not compiled, is right. */
  readonly isLater?: true
}

const withFirstSelection: Rewriting = meeting(({ first, field, isAlike }) =>
  isAlike && first.selectionSet ? { ...field, selectionSet: first.selectionSet } : field,
)
const isAsked = (field: FieldNode) => (field.arguments?.length ?? 0) > 0
const required = (where: RegExp) => ({ supergraph: (sdl: string) => sdl.replaceAll(where, '$1GBP') })

/** For each kind an engine that goes wrong at it, mostly as one has. */
export const KIND_FAULTS: Readonly<Record<string, KindFault>> = {
  'members selected differently at one path': { isLater: true, operation: withFirstSelection },
  'a field for all beside that of a fragment': { isLater: true, operation: withFirstSelection },
  'one name for different arguments': {
    operation: meeting(({ first, field, isAlike }) =>
      isAlike && isAsked(first) && isAsked(field) && first.arguments ? { ...field, arguments: first.arguments } : field,
    ),
  },
  'one name for different fields': {
    operation: meeting(({ first, field, isAlike }) => (isAlike && !isAsked(field) ? { ...field, name: first.name } : field)),
  },
  'a condition on one of two that exclude each other': {
    operation: meeting(({ field, conditions, isExclusive }) => (isExclusive ? { ...field, directives: conditions } : field)),
  },
  'a list of lists of objects': {
    result: ({ data, ...rest }) => ({ ...rest, ...(data === undefined ? {} : { data: withoutInnerLists(data) as typeof data }) }),
  },
  'a required argument': required(/(price\(currency: \\")\w+/g),
  'one field required with different arguments': required(/("price\(currency: \\")\w+/g),
  'one field required with different arguments by several subgraphs': required(/(graph: [B-Z][^)]*?price\(currency: \\")\w+/g),
  'one field of another object required with different arguments': required(/(peer ?\{ ?price\(currency: \\")\w+/g),
  "a client's argument beside a required one": {
    operation: rewriting((field) => (field.name.value === 'price' ? { ...field, arguments: IN_DOLLARS } : field)),
  },
  'a condition beside a required argument': {
    operation: rewriting((field) => (isPriced(field.name.value) ? { ...field, directives: [] } : field)),
  },
  'a key that is not resolvable': { supergraph: (sdl) => sdl.replaceAll(', resolvable: false', '') },
  'several keys': { supergraph: (sdl) => sdl.replaceAll('key: "sku")', 'key: "sku", resolvable: false)') },
  'a compound key': { supergraph: (sdl) => sdl.replaceAll('key: "org code"', 'key: "org"') },
  'a Query behind a field': {
    operation: rewriting((field, { depth, below }) => (depth > 0 && below === 'Query' ? null : field)),
  },
  'the schema behind a field': {
    operation: rewriting((field, { depth }) => (depth > 0 && field.name.value === '__schema' ? null : field)),
  },
  'a list for an object': { isLater: true, result: withOtherCode },
  'a wrong item': { isLater: true, result: withOtherCode },
  'an object for a list': { isLater: true, result: withoutErrors },
  'a text for an Int': { isLater: true, result: withoutErrors },
  ...Object.fromEntries(RESERVED_FORMS.map((form) => [`an alias that may be taken for ${form}`, { operation: mistaking(form) }])),
}

const IN_DOLLARS: readonly ArgumentNode[] = [
  { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'currency' }, value: { kind: Kind.STRING, value: 'USD' } },
]

/** Takes such an alias for the field of that name, or for nothing if there is none. */
function mistaking(form: string): Rewriting {
  return rewriting((field, { names }) => {
    const { alias, name } = field
    if (!alias || !formsOf(alias.value, name.value, names).includes(form)) return field
    return alias.value === '__typename' ? { kind: Kind.FIELD, name: alias } : null
  })
}

function withOtherCode({ errors, ...rest }: ExecutionResult): ExecutionResult {
  const changed = ({ message, path }: GraphQLError) =>
    new GraphQLError(message, { path: path ?? null, extensions: { code: 'FORBIDDEN' } })
  return errors ? { ...rest, errors: errors.map(changed) } : rest
}

function withoutErrors({ data }: ExecutionResult): ExecutionResult {
  return data === undefined ? {} : { data }
}

/** Lists of objects inside of lists are empty. */
function withoutInnerLists(value: unknown, isInList = false): unknown {
  if (Array.isArray(value)) {
    const isOfObjects = value.some((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
    return isInList && isOfObjects ? [] : value.map((each) => withoutInnerLists(each, true))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutInnerLists(inner)]))
}

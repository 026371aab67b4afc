import { codedError, type ErrorCode } from '@planet/runtime/errors'
import { findRefusedNulls } from '@planet/runtime/null-variables'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import { findConditionalSubscription, findExceededLimit, LIMITS } from './limits.ts'
import { createTextCache } from './text-cache.ts'

/** What a client sends. */
export type GraphqlRequest = {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** A request that may be planned: parsed, within the limits, valid against the API, its operation and variables known. */
export type Operation = {
  readonly query: string
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  /** As needed to find `definition` in `document`. */
  readonly operationName: string | undefined
  /** As sent; they have been checked against the operation's types. */
  readonly variables: Readonly<Record<string, unknown>>
  /** As graphql-js coerces `variables`: default values filled in, undeclared ones left out. */
  readonly coercedVariables: Readonly<Record<string, unknown>>
}

export type Admission =
  | { readonly ok: true; readonly operation: Operation }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] }

/** More errors than these help nobody and cost bandwidth. */
export const MAX_ERRORS = 20
/** Characters of documents kept parsed and validated; what they become takes some fifty times as much memory. */
const MAX_CACHED_CHARACTERS = 600_000

/** Admits requests against `schema`. With `introspection` off, messages do not suggest names either. */
export function createAdmission(
  schema: GraphQLSchema,
  options: { readonly introspection: boolean },
): (request: GraphqlRequest) => Admission {
  const rules = options.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]
  const documents = createTextCache<AdmittedDocument>(MAX_CACHED_CHARACTERS)
  const refuse = (errors: readonly GraphQLError[], code: ErrorCode): Admission => ({
    ok: false,
    errors: errors.slice(0, MAX_ERRORS).map((error) => recoded(error, code, options.introspection)),
  })

  const documentOf = (query: string): AdmittedDocument | Admission => {
    const known = documents.get(query)
    if (known) return known
    // Without locations, whose tokens would take most of the memory; what is wrong is looked for again with them.
    const document = parseWithin(query)
    if (document instanceof GraphQLError) return refuse([document], 'GRAPHQL_PARSE_FAILED')
    const unplannable = findExceededLimit(document) ?? findConditionalSubscription(document)
    if (unplannable) return { ok: false, errors: [unplannable] }
    if (validate(schema, document, rules, { maxErrors: 1 }).length > 0) {
      const located = parse(query, { maxTokens: LIMITS.tokens })
      return refuse(validate(schema, located, rules, { maxErrors: MAX_ERRORS }), 'GRAPHQL_VALIDATION_FAILED')
    }
    const admitted = { query, document, operations: operationsOf(document) }
    documents.set(query, admitted, query.length)
    return admitted
  }

  return (request) => {
    const admitted = documentOf(request.query)
    if ('ok' in admitted) return admitted
    const operationName = nameIn(request)
    const definition = pickOperation(admitted.operations, operationName)
    if (definition instanceof GraphQLError) return { ok: false, errors: [definition] }
    const variables = request.variables ?? NOTHING
    const declared = definition.variableDefinitions ?? []
    const coerced = declared.length === 0 ? NO_VARIABLES : getVariableValues(schema, declared, variables, MAXIMUM)
    if (coerced.errors) return refuse(locatedFaults(schema, request) ?? coerced.errors, 'BAD_USER_INPUT')
    const nulls = findRefusedNulls(schema, admitted.document, definition, coerced.coerced)
    if (nulls.length > 0) return refuse(locatedFaults(schema, request) ?? nulls, 'BAD_USER_INPUT')
    // The text and the document are those that are kept, so that they are the same objects for every request.
    const { query, document } = admitted
    return { ok: true, operation: { query, document, definition, operationName, variables, coercedVariables: coerced.coerced } }
  }
}

type AdmittedDocument = {
  readonly query: string
  readonly document: DocumentNode
  readonly operations: readonly OperationDefinitionNode[]
}

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({})
const NO_VARIABLES = { coerced: NOTHING, errors: undefined } as const
const MAXIMUM = { maxErrors: MAX_ERRORS }

/** The faults of variables again, with the places in the text that a document which is kept does not know. */
function locatedFaults(schema: GraphQLSchema, request: GraphqlRequest) {
  const document = parse(request.query)
  const definition = pickOperation(operationsOf(document), nameIn(request))
  if (definition instanceof GraphQLError) return undefined
  const { coerced, errors } = getVariableValues(
    schema,
    definition.variableDefinitions ?? [],
    request.variables ?? NOTHING,
    MAXIMUM,
  )
  return errors ?? findRefusedNulls(schema, document, definition, coerced)
}

/** An empty name is none: forms and links send one for a field that was left empty. */
const nameIn = ({ operationName }: GraphqlRequest): string | undefined => operationName || undefined

const operationsOf = (document: DocumentNode) =>
  document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)

function parseWithin(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: LIMITS.tokens, noLocation: true })
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

function pickOperation(
  operations: readonly OperationDefinitionNode[],
  operationName: string | undefined,
): OperationDefinitionNode | GraphQLError {
  const [only] = operations
  if (!only) return codedError('BAD_USER_INPUT', 'The document holds no operation.')
  if (operationName === undefined) {
    return operations.length === 1
      ? only
      : codedError('BAD_USER_INPUT', 'The document holds several operations: `operationName` must say which to run.')
  }
  return (
    operations.find((operation) => operation.name?.value === operationName) ??
    codedError('BAD_USER_INPUT', 'The document holds no operation of the name given in `operationName`.')
  )
}

const SUGGESTION = / ?Did you mean .*$/s

const recoded = (error: GraphQLError, code: ErrorCode, mayName: boolean) =>
  new GraphQLError(mayName ? error.message : error.message.replace(SUGGESTION, ''), {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code },
  })

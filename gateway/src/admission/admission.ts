import { codedError, type ErrorCode } from '@planet/runtime/errors'
import { isNestedDeeper, nestsDeeper } from '@planet/runtime/nesting'
import { findRefusedNulls } from '@planet/runtime/null-variables'
import { bytesOfKey, createTextCache } from '@planet/runtime/text-cache'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql'
import { findConditionalSubscription } from './conditional-subscription.ts'
import { findExceededLimit, LIMITS, tooMuch } from './limits.ts'
import { locationsIn } from './validation/locations.ts'
import { createValidation } from './validation/validation.ts'

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
/** Characters of a message: names and values of the client's own may stand in it, and come back with every error. */
const MAX_MESSAGE_LENGTH = 500
/** Of the heap, for documents kept parsed and validated. */
const MAX_CACHED_BYTES = 32 * 1024 * 1024
/** Of the heap, for a parsed document; measured, rounded up. */
const BYTES_PER_TOKEN = 250

/** Admits requests against `schema`. With `introspection` off, messages do not suggest names either. */
export function createAdmission(
  schema: GraphQLSchema,
  options: { readonly introspection: boolean },
): (request: GraphqlRequest) => Admission {
  const validate = createValidation(schema, options)
  const documents = createTextCache<AdmittedDocument>(MAX_CACHED_BYTES)
  const refuse = (errors: readonly GraphQLError[], code: ErrorCode): Admission => ({
    ok: false,
    errors: errors.slice(0, MAX_ERRORS).map((error) => recoded(error, code, options.introspection)),
  })
  /** With the places in the text, which a document that is kept does not know: their tokens would take most of the memory. */
  const refuseNodes = (errors: readonly GraphQLError[], code: ErrorCode, { query, document }: ParsedDocument): Admission => {
    const few = errors.slice(0, MAX_ERRORS)
    const locations = locationsIn(
      query,
      document,
      few.map(({ nodes }) => nodes),
    )
    return refuse(
      few.map((error, index) => withLocations(error, locations[index])),
      code,
    )
  }

  const documentOf = (query: string): AdmittedDocument | Admission => {
    const known = documents.get(query)
    if (known) return known
    if (nestsDeeper(query, LIMITS.nesting))
      return refuseOne(tooMuch(`Brackets stand in one another, at most ${LIMITS.nesting} deep.`))
    const document = parseWithin(query)
    if (document instanceof GraphQLError) return refuse([document], 'GRAPHQL_PARSE_FAILED')
    const unplannable = findExceededLimit(document) ?? findConditionalSubscription(document)
    if (unplannable) return refuseOne(unplannable)
    const faults = validate(document, MAX_ERRORS)
    if (faults.length > 0) return refuseNodes(faults, 'GRAPHQL_VALIDATION_FAILED', { query, document })
    const admitted = { query, document, operations: operationsOf(document) }
    documents.set(query, admitted, bytesOf(admitted))
    return admitted
  }

  return (request) => {
    const admitted = documentOf(request.query)
    if ('ok' in admitted) return admitted
    const operationName = nameIn(request)
    const definition = pickOperation(admitted.operations, operationName)
    if (definition instanceof GraphQLError) return refuseOne(definition)
    const variables = request.variables ?? NOTHING
    if (isNestedDeeper(variables, LIMITS.nesting)) {
      return refuseOne(codedError('BAD_USER_INPUT', `Variables hold values in one another, at most ${LIMITS.nesting} deep.`))
    }
    const declared = definition.variableDefinitions ?? []
    const coerced = declared.length === 0 ? NO_VARIABLES : getVariableValues(schema, declared, variables, MAXIMUM)
    if (coerced.errors) return refuseNodes(coerced.errors, 'BAD_USER_INPUT', admitted)
    const nulls = findRefusedNulls(schema, admitted.document, definition, coerced.coerced)
    if (nulls.length > 0) return refuseNodes(nulls, 'BAD_USER_INPUT', admitted)
    // The text and the document are those that are kept, so that they are the same objects for every request.
    const { query, document } = admitted
    return { ok: true, operation: { query, document, definition, operationName, variables, coercedVariables: coerced.coerced } }
  }
}

type ParsedDocument = { readonly query: string; readonly document: DocumentNode }
type AdmittedDocument = ParsedDocument & { readonly operations: readonly OperationDefinitionNode[] }

const bytesOf = ({ query, document }: ParsedDocument) =>
  // Literals may be copies of what the text has.
  2 * bytesOfKey(query) + BYTES_PER_TOKEN * (document.tokenCount ?? query.length)

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({})
const NO_VARIABLES = { coerced: NOTHING, errors: undefined } as const
const MAXIMUM = { maxErrors: MAX_ERRORS }

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

const refuseOne = (error: GraphQLError): Admission => ({ ok: false, errors: [error] })

const SUGGESTION = / ?Did you mean .*$/s

function recoded({ message, locations }: GraphQLError, code: ErrorCode, mayName: boolean): GraphQLError {
  const told = mayName ? message : message.replace(SUGGESTION, '')
  const short = told.length > MAX_MESSAGE_LENGTH ? `${told.slice(0, MAX_MESSAGE_LENGTH)} …` : told
  return withLocations(new GraphQLError(short, { extensions: { code } }), locations)
}

/** graphql-js would count the lines of the text anew for each place. */
const withLocations = (error: GraphQLError, locations: GraphQLError['locations']): GraphQLError =>
  locations && locations.length > 0 ? Object.assign(error, { locations }) : error

import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  isAbstractType,
  Kind,
  parse,
  parseType,
  printSchema,
  visit,
} from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import { getOwn } from '../../src/engine/plain-data.ts'
import { withFaults, withoutPromises } from './every-error.ts'

/**
 * The client's part of data that lie under the names of the response, and everything in it that the API does not allow.
 * Objects in `data` that do not say their types, do so afterwards.
 */
export type PlainShape = (operation: Operation, data: unknown) => Shaped
type Shaped = ExecutionResult & {
  /** Those of the errors that are about a type that nobody knows. */
  readonly unknownTypes: readonly GraphQLError[]
}

const TYPE_NAME = 'typeName'
/** Stands for an object of which no more than the interface is known, because the subgraph that knows its type failed. */
const unknownOf = (interfaceName: string) => `Some${interfaceName}`

/** Shapes by graphql-js. */
export function createPlainShape(api: GraphQLSchema): PlainShape {
  const text = withUnknowns(parse(printSchema(api)))
  const schema = buildASTSchema(text, { assumeValidSDL: true })
  const lenient = buildASTSchema(withoutPromises(text), { assumeValidSDL: true })

  const read: GraphQLFieldResolver<Record<string, unknown>, unknown> = (source, _, __, { path, fieldName, parentType }) => {
    if (api.getType(parentType.name)) source.__typename ??= parentType.name
    if (fieldName !== TYPE_NAME) return getOwn(source, String(path.key))
    return api.getType(parentType.name) ? parentType.name : null
  }
  const typeOf: GraphQLTypeResolver<{ readonly __typename?: string }, unknown> = (value, _, __, { name: expected }) => {
    const { __typename: given = expected } = value
    return isAbstractType(api.getType(given)) ? unknownOf(given) : given
  }

  return ({ document, operationName, variables }, data) => {
    const asked = { document: asking(document), operationName: operationName ?? null, variableValues: variables, rootValue: data }
    const given = execute({ ...asked, schema, fieldResolver: read, typeResolver: typeOf })
    const all = execute({ ...asked, schema: lenient, fieldResolver: withFaults(read, schema), typeResolver: typeOf })
    if (given instanceof Promise || all instanceof Promise) throw new Error('what is there is read at once')
    return {
      data: given.data ?? null,
      ...(all.errors ? { errors: all.errors.map(hidden) } : {}),
      unknownTypes: (all.errors ?? []).filter(({ message }) => message.includes(`.${TYPE_NAME}.`)).map(hidden),
    }
  }
}

/** What is wrong with the data is for the log; a client is told where. */
const hidden = ({ message, path }: GraphQLError) =>
  new GraphQLError(message, { path: path ?? null, originalError: new Error(message) })

const name = (value: string) => ({ kind: Kind.NAME, value }) as const

/** The schema with an object for each interface, and with a field for the name of an object's type. */
function withUnknowns(schema: DocumentNode): DocumentNode {
  const field = { kind: Kind.FIELD_DEFINITION, name: name(TYPE_NAME), type: parseType('String!') } as const
  const definitions = schema.definitions.flatMap((node): DefinitionNode[] => {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) return [{ ...node, fields: [...(node.fields ?? []), field] }]
    if (node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [node]
    const interfaces = [...(node.interfaces ?? []), { kind: Kind.NAMED_TYPE, name: node.name } as const]
    const fields = [...(node.fields ?? []), field]
    return [node, { kind: Kind.OBJECT_TYPE_DEFINITION, name: name(unknownOf(node.name.value)), interfaces, fields } as const]
  })
  return { kind: Kind.DOCUMENT, definitions }
}

/** Asks for the names of types as for a field, which may be missing. */
const asking = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Field: (node) =>
      node.name.value === '__typename' ? { ...node, alias: node.alias ?? node.name, name: name(TYPE_NAME) } : undefined,
  })

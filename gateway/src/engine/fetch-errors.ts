import { ERRORS, errorCodeDef } from '@apollo/federation-internals'
import { GraphQLError } from 'graphql'

type Path = readonly (string | number)[]

/** What a subgraph reported, as an error of the client's operation at `path`. */
export function errorAt(original: GraphQLError, service: string, path: Path): GraphQLError {
  const message = original.message || `Error while fetching subquery from service "${service}"`
  const options = { originalError: original, path, extensions: { ...original.extensions, serviceName: service } }
  const known = errorCodeDef(original)
  if (!known && original.extensions.code) return new GraphQLError(message, options)
  return (known ?? ERRORS.DOWNSTREAM_SERVICE_ERROR).err(message, options)
}

/** An error of a whole request belongs to where its result was to go. */
export const pathOf = (error: GraphQLError): Path => error.path ?? []

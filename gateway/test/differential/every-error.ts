import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  visit,
} from 'graphql'

/** The schema in which no field promises a value: executed over it, a fault takes nothing with it and all are told. */
export function withoutPromises(document: DocumentNode): DocumentNode {
  return visit(document, {
    FieldDefinition: (field) => ({ ...field, type: visit(field.type, { NonNullType: { leave: ({ type }) => type } }) }),
  })
}

/** For a schema without promises the resolver that tells where those of `promised` are broken. */
export const withFaults =
  <Source, Context>(
    resolve: GraphQLFieldResolver<Source, Context>,
    promised: GraphQLSchema,
  ): GraphQLFieldResolver<Source, Context> =>
  (source, args, context, info) => {
    const parent = promised.getType(info.parentType.name)
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[info.fieldName] : undefined
    const value: unknown = resolve(source, args, context, info)
    return field ? withFaultsOf(value, field.type, `${info.parentType.name}.${info.fieldName}`) : value
  }

/** The value with an error, which graphql-js reports where it stands, for each null that may not be. */
function withFaultsOf(value: unknown, type: GraphQLOutputType, name: string): unknown {
  if (isNonNullType(type)) {
    if (value !== null && value !== undefined) return withFaultsOf(value, type.ofType, name)
    return new GraphQLError(`Cannot return null for non-nullable field ${name}.`)
  }
  if (!isListType(type) || !Array.isArray(value)) return value
  return value.map((item: unknown) => withFaultsOf(item, type.ofType, name))
}

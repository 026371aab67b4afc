import { type GraphQLSchema, isAbstractType } from 'graphql'
import type { JsonObject } from './plain-data.ts'

/** Which type names fit a type condition, over all types that the subgraphs know. */
export type TypeTest = {
  isOf(object: JsonObject, typeCondition: string): boolean
  namesOf(typeCondition: string): ReadonlySet<string>
  /** Whether the name is that of an interface or union. */
  isAbstract(typeName: string): boolean
}

export function createTypeTest(schema: GraphQLSchema): TypeTest {
  const known = new Map<string, ReadonlySet<string>>()
  const namesOf = (typeCondition: string) => {
    const names = known.get(typeCondition) ?? namesFitting(schema, typeCondition)
    known.set(typeCondition, names)
    return names
  }
  return {
    namesOf,
    isAbstract: (typeName) => isAbstractType(schema.getType(typeName)),
    isOf: ({ __typename }, typeCondition) => typeof __typename === 'string' && namesOf(typeCondition).has(__typename),
  }
}

function namesFitting(schema: GraphQLSchema, typeCondition: string): ReadonlySet<string> {
  const type = schema.getType(typeCondition)
  if (!type || !isAbstractType(type)) return new Set([typeCondition])
  const objects = schema.getPossibleTypes(type).map(({ name }) => name)
  const interfaces = 'getInterfaces' in type ? schema.getImplementations(type).interfaces.map(({ name }) => name) : []
  return new Set([typeCondition, ...objects, ...interfaces])
}

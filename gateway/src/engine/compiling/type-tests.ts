import { type DocumentNode, Kind } from 'graphql'
import type { JsonObject } from '../plain-data.ts'

/** Which type names fit a type condition, over all types that the subgraphs know. */
export type TypeTest = {
  isOf(object: JsonObject, typeCondition: string): boolean
  namesOf(typeCondition: string): ReadonlySet<string>
  /** Whether the name is that of an interface or union. */
  isAbstract(typeName: string): boolean
}

/** Of the types that `document` defines. */
export function createTypeTest(document: DocumentNode): TypeTest {
  const fitting = namesFitting(document)
  const others = new Map<string, ReadonlySet<string>>()
  const namesOf = (typeCondition: string) => {
    const names = fitting.get(typeCondition) ?? others.get(typeCondition) ?? new Set([typeCondition])
    if (!fitting.has(typeCondition)) others.set(typeCondition, names)
    return names
  }
  return {
    namesOf,
    isAbstract: (typeName) => fitting.has(typeName),
    isOf: ({ __typename }, typeCondition) => typeof __typename === 'string' && namesOf(typeCondition).has(__typename),
  }
}

/** The names that an object of a type of the API may say to be of. */
export type PossibleTypes = (typeName: string) => ReadonlySet<string>

/** Names of object types, and of interfaces that some subgraph knows as `interfaceObjects`. */
export function possibleNames(types: TypeTest, interfaceObjects: ReadonlySet<string>): PossibleTypes {
  const possible = new Map<string, ReadonlySet<string>>()
  return (typeName) => {
    const known = possible.get(typeName)
    if (known) return known
    const names = [...types.namesOf(typeName)].filter((name) => !types.isAbstract(name) || interfaceObjects.has(name))
    const found = new Set(names)
    possible.set(typeName, found)
    return found
  }
}

/** For each interface and union itself and what belongs to it. */
function namesFitting({ definitions }: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const fitting = new Map<string, Set<string>>()
  const add = (abstract: string, name: string) => {
    const names = fitting.get(abstract) ?? new Set([abstract])
    fitting.set(abstract, names.add(name))
  }
  for (const definition of definitions) {
    const { kind } = definition
    if (kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.INTERFACE_TYPE_DEFINITION) {
      const { value } = definition.name
      if (kind === Kind.INTERFACE_TYPE_DEFINITION) add(value, value)
      for (const { name } of definition.interfaces ?? []) add(name.value, value)
    } else if (kind === Kind.UNION_TYPE_DEFINITION) {
      for (const { name } of [definition, ...(definition.types ?? [])]) add(definition.name.value, name.value)
    }
  }
  return fitting
}

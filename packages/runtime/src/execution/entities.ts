import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
  getNamedType,
  isUnionType,
  type OperationDefinitionNode,
  print,
} from 'graphql'
import { type Complete, completerOf, runObject } from './complete.ts'
import type { FieldPlan } from './plan.ts'
import { isPromise, type Path, type Run, recoverFrom } from './run.ts'
import type { Variables } from './selection.ts'

type ResolveReference = (reference: object, context: unknown, info: unknown) => unknown

/** What a representation refers to: its type is known before its value is. */
class Entity {
  readonly type: GraphQLObjectType
  readonly value: unknown

  constructor(type: GraphQLObjectType, value: unknown) {
    this.type = type
    this.value = value
  }
}

/** The union of `_entities`; null for any other field. */
export function entityUnion(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  { name, type }: GraphQLField<unknown, unknown>,
): GraphQLUnionType | null {
  const named = getNamedType(type)
  return name === '_entities' && parentType === schema.getQueryType() && isUnionType(named) ? named : null
}

/**
 * As the subgraph library's own resolver, which writes the name of its type into every entity, waits for each, and has the
 * type told from the name again. What it does otherwise, for interfaces say, is left to it: `resolve`.
 */
export function entitiesResolver(
  schema: GraphQLSchema,
  union: GraphQLUnionType,
  resolve: GraphQLFieldResolver<unknown, unknown>,
): GraphQLFieldResolver<unknown, unknown> {
  const known = new Map<unknown, { readonly type: GraphQLObjectType; readonly resolveReference: ResolveReference }>()
  for (const type of union.getTypes()) {
    const { apollo } = type.extensions as {
      readonly apollo?: { readonly subgraph?: { readonly resolveReference?: ResolveReference } }
    }
    const resolveReference = apollo?.subgraph?.resolveReference
    if (resolveReference) known.set(type.name, { type, resolveReference })
  }
  return (source, args, context, info) => {
    // The argument's type is `[_Any!]!`.
    const representations = args.representations as readonly { readonly __typename?: unknown }[]
    if (!representations.every(({ __typename }) => known.has(__typename))) return resolve(source, args, context, info)
    const entities: Entity[] = []
    for (const representation of representations) {
      const found = known.get(representation.__typename)
      if (found) entities.push(new Entity(found.type, found.resolveReference(representation, context, info)))
    }
    return entities
  }
}

/** Completes what `entitiesResolver` gives. */
export function entitiesCompleter(union: GraphQLUnionType, otherwise: Complete): Complete {
  const completeUntyped = completerOf(union)
  const complete = (run: Run, field: FieldPlan, path: Path, type: GraphQLObjectType, value: unknown) => {
    if (value === null || value === undefined) return null
    if (value instanceof Error) throw value
    return typeof value === 'object' ? runObject(run, field, path, type, value) : completeUntyped(run, field, path, value)
  }
  return (run, field, path, values) => {
    if (!Array.isArray(values) || !(values[0] instanceof Entity)) return otherwise(run, field, path, values)
    let hasPromise = false
    // All are, if one is.
    const completed = (values as readonly Entity[]).map(({ type, value }, index) => {
      const itemPath: Path = { prev: path, key: index, typename: undefined }
      try {
        if (!isPromise(value)) {
          const result = complete(run, field, itemPath, type, value)
          if (!isPromise(result)) return result
          hasPromise = true
          return result.then(undefined, (error: unknown) => recoverFrom(run, error, field, itemPath, false))
        }
        hasPromise = true
        return value
          .then((resolved) => complete(run, field, itemPath, type, resolved))
          .then(undefined, (error: unknown) => recoverFrom(run, error, field, itemPath, false))
      } catch (error) {
        return recoverFrom(run, error, field, itemPath, false)
      }
    })
    return hasPromise ? Promise.all(completed) : completed
  }
}

/** The variables, where they are representations only: then there is nothing to coerce. Null otherwise. */
export function representationsOf(operation: OperationDefinitionNode, given: Variables | undefined): Variables | null {
  if (!given || !takesOnlyRepresentations(operation)) return null
  const variables: Record<string, unknown> = {}
  for (const { variable } of operation.variableDefinitions ?? []) {
    const value = given[variable.name.value]
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'object' || each === null)) return null
    variables[variable.name.value] = value
  }
  return variables
}

const asked = new WeakMap<OperationDefinitionNode, boolean>()

function takesOnlyRepresentations(operation: OperationDefinitionNode): boolean {
  const known = asked.get(operation)
  if (known !== undefined) return known
  const definitions = operation.variableDefinitions ?? []
  const answer = definitions.length > 0 && definitions.every(({ type }) => print(type) === '[_Any!]!')
  asked.set(operation, answer)
  return answer
}

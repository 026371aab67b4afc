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
import { inSlices } from '../slices.ts'
import { completerOf, runObject } from './complete.ts'
import { completeEach, ignoreRejections } from './each.ts'
import { recoverFrom } from './fields.ts'
import { type Complete, type FieldPlan, isPromise, type Path, type Run } from './run.ts'
import type { Variables } from './selection.ts'

type ResolveReference = (reference: object, context: unknown, info: unknown) => unknown

type Resolvable = { readonly type: GraphQLObjectType; readonly resolveReference: ResolveReference }

/** What representations refer to: the types are known before the values are. */
class Entities {
  readonly representations: readonly object[]
  /** Of each representation. */
  readonly resolvables: readonly Resolvable[]
  readonly context: unknown
  readonly info: unknown

  constructor(representations: readonly object[], resolvables: readonly Resolvable[], context: unknown, info: unknown) {
    this.representations = representations
    this.resolvables = resolvables
    this.context = context
    this.info = info
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
  const known = new Map<unknown, Resolvable>()
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
    const resolvables: Resolvable[] = []
    for (const { __typename } of representations) {
      const found = known.get(__typename)
      if (!found) return resolve(source, args, context, info)
      resolvables.push(found)
    }
    return new Entities(representations, resolvables, context, info)
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
    if (!(values instanceof Entities)) return otherwise(run, field, path, values)
    const completeAll = (known: readonly unknown[]) =>
      completeEach(run, known, (value, index) => {
        const itemPath: Path = { prev: path, key: index, typename: undefined }
        const type = values.resolvables[index]?.type
        if (!type) throw new Error('an entity has a type')
        try {
          const result = isPromise(value)
            ? value.then((resolved) => run.inTurn(() => complete(run, field, itemPath, type, resolved)))
            : complete(run, field, itemPath, type, value)
          if (!isPromise(result)) return result
          return result.then(undefined, (error: unknown) => recoverFrom(run, error, field, itemPath, false))
        } catch (error) {
          return recoverFrom(run, error, field, itemPath, false)
        }
      })
    // What one of them throws at once is a fault of the whole field, so all are there before any is completed.
    const known = inSlices(run.work, valuesOf(run, values))
    return isPromise(known) ? known.then(completeAll) : completeAll(known)
  }
}

/** Starts to resolve all of them, in slices; some of the values are promises. */
function* valuesOf(run: Run, { representations, resolvables, context, info }: Entities): Generator<undefined, unknown[]> {
  const values: unknown[] = []
  try {
    for (const [index, { resolveReference }] of resolvables.entries()) {
      if (run.isOver()) break
      if (run.work.isDue()) {
        ignoreRejections(values)
        yield
      }
      values.push(resolveReference(representations[index] ?? {}, context, info))
    }
    return values
  } catch (error) {
    ignoreRejections(values)
    throw error
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

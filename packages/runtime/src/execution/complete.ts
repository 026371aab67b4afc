import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLError,
  GraphQLID,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { completeEach } from './each.ts'
import { Info, recoverFrom, runSelection } from './fields.ts'
import { type Complete, type FieldPlan, isPromise, type Path, type Run } from './run.ts'

const completers = new WeakMap<GraphQLOutputType, Complete>()

/** One per type: nothing in it depends on the operation. */
export function completerOf(type: GraphQLOutputType): Complete {
  const known = completers.get(type)
  if (known) return known
  const complete = make(type)
  completers.set(type, complete)
  return complete
}

function make(type: GraphQLOutputType): Complete {
  if (isNonNullType(type)) return completeNonNull(completerOf(type.ofType))
  if (isListType(type)) return completeList(type.ofType)
  if (isLeafType(type)) return completeLeaf(type)
  return isAbstractType(type) ? completeAbstract(type) : completeObject(type)
}

function completeNonNull(complete: Complete): Complete {
  return (run, field, path, value) => {
    const completed = complete(run, field, path, value)
    if (completed === null) {
      throw new Error(`Cannot return null for non-nullable field ${field.parentType.name}.${field.name}.`)
    }
    return completed
  }
}

function completeLeaf(type: GraphQLLeafType): Complete {
  const serialize = serializerOf(type)
  return (run, _field, _path, value) => {
    if (value === null || value === undefined) return null
    if (value instanceof Error) throw value
    const serialized = serialize(value)
    if (serialized === null || serialized === undefined) throw new Error(`${type.name} has no value to serialize`)
    run.size += typeof serialized === 'string' ? serialized.length + 2 : CHARACTERS_PER_VALUE
    return serialized
  }
}

/** Of a number or the like, about. */
const CHARACTERS_PER_VALUE = 4

/** What most values are is told from their type; the rest is for the type itself. */
function serializerOf(type: GraphQLLeafType): (value: unknown) => unknown {
  if (type === GraphQLString || type === GraphQLID) return (value) => (typeof value === 'string' ? value : type.serialize(value))
  if (type === GraphQLBoolean) return (value) => (typeof value === 'boolean' ? value : type.serialize(value))
  if (type instanceof GraphQLEnumType) {
    const names = new Map<unknown, string>(type.getValues().map(({ value, name }) => [value, name]))
    return (value) => names.get(value) ?? type.serialize(value)
  }
  return (value) => type.serialize(value)
}

function completeList(itemType: GraphQLOutputType): Complete {
  const complete = completerOf(itemType)
  const isNonNull = isNonNullType(itemType)
  return (run, field, path, value) => {
    if (value === null || value === undefined) return null
    if (value instanceof Error) throw value
    if (typeof value !== 'object' || !(Symbol.iterator in value)) {
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${field.parentType.name}.${field.name}".`)
    }
    // What has an iterator can be read by one.
    const items: readonly unknown[] = Array.isArray(value) ? value : Array.from(value as Iterable<unknown>)
    return completeEach(run, items, (item, index) => {
      const itemPath: Path = { prev: path, key: index, typename: undefined }
      try {
        const result = isPromise(item)
          ? item.then((resolved) => run.inTurn(() => complete(run, field, itemPath, resolved)))
          : complete(run, field, itemPath, item)
        if (!isPromise(result)) return result
        return result.then(undefined, (error: unknown) => recoverFrom(run, error, field, itemPath, isNonNull))
      } catch (error) {
        return recoverFrom(run, error, field, itemPath, isNonNull)
      }
    })
  }
}

function completeObject(type: GraphQLObjectType): Complete {
  return (run, field, path, value) => {
    if (value === null || value === undefined) return null
    if (value instanceof Error) throw value
    return runObject(run, field, path, type, value)
  }
}

/** Of a value that is there and of a type that is known. */
export function runObject(run: Run, field: FieldPlan, path: Path, type: GraphQLObjectType, value: unknown): unknown {
  const selection = field.selectionOf(type)
  if (!type.isTypeOf) return runSelection(run, selection, value, path)
  const check = (isTypeOf: boolean) => {
    if (!isTypeOf) throw new GraphQLError(`Expected value of type "${type.name}".`, { nodes: field.nodes })
    return runSelection(run, selection, value, path)
  }
  const isTypeOf = type.isTypeOf(value, run.context, new Info(run, field, path))
  return isPromise(isTypeOf) ? isTypeOf.then(check) : check(isTypeOf)
}

function completeAbstract(type: GraphQLAbstractType): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver
  return (run, field, path, value) => {
    if (value === null || value === undefined) return null
    if (value instanceof Error) throw value
    const name = resolveType(value, run.context, new Info(run, field, path), type)
    if (isPromise(name)) return name.then((known) => runObject(run, field, path, runtimeType(run, field, type, known), value))
    return runObject(run, field, path, runtimeType(run, field, type, name), value)
  }
}

function runtimeType(run: Run, field: FieldPlan, type: GraphQLAbstractType, name: string | undefined): GraphQLObjectType {
  const fault = (message: string) => new GraphQLError(message, { nodes: field.nodes })
  if (typeof name !== 'string') {
    throw fault(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${field.parentType.name}.${field.name}".`,
    )
  }
  const found = run.plan.schema.getType(name)
  if (!found) throw fault(`Abstract type "${type.name}" was resolved to a type "${name}" that does not exist inside the schema.`)
  if (!isObjectType(found)) throw fault(`Abstract type "${type.name}" was resolved to a non-object type "${name}".`)
  if (!run.plan.schema.isSubType(type, found)) {
    throw fault(`Runtime Object type "${found.name}" is not a possible type for "${type.name}".`)
  }
  return found
}

import { GraphQLError, type GraphQLSchema, isCompositeType, isObjectType } from 'graphql'
import { getOwn, isObject, type JsonObject, setOwn } from './plain-data.ts'
import type { LeafKind, ResponseField, ResponseSelection, ResponseTree, ResponseType } from './response-tree.ts'
import type { TypeTest } from './type-tests.ts'

type Shaped = { readonly data: JsonObject | null; readonly faults: readonly GraphQLError[] }

/** What the shape of an answer depends on besides the data. */
type ShapeInput = {
  readonly schema: GraphQLSchema
  readonly types: TypeTest
  /** Whether the conditions of a selection hold for this request. */
  readonly isIncluded: (selection: ResponseSelection) => boolean
  readonly introspect: (field: ResponseField) => unknown
}

type Path = (string | number)[]
type Place = { readonly input: ShapeInput; readonly path: Path; readonly faults: GraphQLError[] }

/** Bubbles up to the next nullable field. */
const INVALID = Symbol('invalid')
type Value = { readonly value: unknown; readonly isInvalid: boolean; readonly isReported: boolean }

/**
 * The client's part of what the subgraphs gave, in the client's order. A null, or anything else that the API does not allow,
 * is a fault and takes the next nullable field with it. Throws for data whose form is not the type's at all.
 */
export function shape(tree: ResponseTree, data: JsonObject, input: ShapeInput): Shaped {
  const faults: GraphQLError[] = []
  const output: JsonObject = Object.create(null)
  const place = { input, path: [], faults }
  const end = shapeSelections(tree.selections, data, output, tree.rootType, tree.rootType, place)
  return { data: end === INVALID ? null : output, faults }
}

/** `typeName` is the object's own type, `parent` the type under which a message names its fields. */
function shapeSelections(
  selections: readonly ResponseSelection[],
  source: JsonObject,
  output: JsonObject,
  typeName: string,
  parent: string,
  place: Place,
): typeof INVALID | null {
  const { types, isIncluded, introspect, schema } = place.input
  for (const selection of selections) {
    if (!isIncluded(selection)) continue
    if (selection.kind === 'fragment') {
      const { typeCondition } = selection
      if (typeCondition !== null && !types.namesOf(typeCondition).has(typeName)) continue
      const end = shapeSelections(selection.selections, source, output, typeName, typeCondition ?? parent, place)
      if (end) return end
      continue
    }
    const { responseName, meta } = selection
    const known = getOwn(output, responseName)
    if (meta !== null) {
      if (known !== undefined) continue
      if (meta === 'introspection') setOwn(output, responseName, introspect(selection))
      else {
        if (!isObjectType(schema.getType(typeName))) {
          place.path.push(responseName)
          report(`Cannot return null for non-nullable field ${parent}.__typename.`, place)
          place.path.pop()
          return INVALID
        }
        setOwn(output, responseName, typeName)
      }
      continue
    }
    place.path.push(responseName)
    const { value, isInvalid } = shapeValue(
      selection.type,
      getOwn(source, selection.dataName) ?? null,
      known,
      selection,
      parent,
      place,
    )
    setOwn(output, responseName, value)
    place.path.pop()
    if (isInvalid) return INVALID
  }
  return null
}

/** `known` is what an earlier selection of the same name has made of it, undefined if there was none. */
function shapeValue(
  type: ResponseType,
  given: unknown,
  known: unknown,
  field: ResponseField,
  parent: string,
  place: Place,
): Value {
  if (known === null || (known !== undefined && field.selections.length === 0)) return valid(known)
  switch (type.kind) {
    case 'nonNull': {
      const { value, isReported } = shapeValue(type.of, given, known, field, parent, place)
      if (value !== null) return valid(value)
      if (!isReported) report(`Cannot return null for non-nullable ${describe(type.of, parent, place)}.`, place)
      return { value, isInvalid: true, isReported: true }
    }
    case 'list':
      return given === null ? valid(null) : shapeList(type.of, given, known, field, parent, place)
    case 'object':
    case 'abstract':
      return given === null ? valid(null) : shapeObject(type, given, known, field, parent, place)
    default: {
      if (given === null || isLeaf(type, given)) return valid(given)
      report(`Invalid value found for ${describe(type, parent, place)}.`, place)
      return { value: null, isInvalid: false, isReported: true }
    }
  }
}

function shapeList(of: ResponseType, given: unknown, known: unknown, field: ResponseField, parent: string, place: Place): Value {
  if (!Array.isArray(given)) throw new Error('a subgraph gave no list where its type is one')
  let isNull = false
  let isReported = false
  const value = given.map((each: unknown, index) => {
    place.path.push(index)
    const item = shapeValue(of, each ?? null, Array.isArray(known) ? known[index] : undefined, field, parent, place)
    place.path.pop()
    isNull ||= item.isInvalid
    isReported ||= item.isReported
    return item.value
  })
  return { value: isNull ? null : value, isInvalid: false, isReported }
}

function shapeObject(
  type: ResponseType,
  given: unknown,
  known: unknown,
  field: ResponseField,
  parent: string,
  place: Place,
): Value {
  if (!isObject(given)) throw new Error('a subgraph gave no object where its type is one')
  const typeName = given.__typename || type.text
  const found = typeof typeName === 'string' ? place.input.schema.getType(typeName) : undefined
  if (!found || !isCompositeType(found)) {
    // The name may be that of an inaccessible type: it stays here.
    report(`Invalid __typename found for object at ${describe(type, parent, place)}.`, place)
    return { value: null, isInvalid: false, isReported: true }
  }
  const output: JsonObject = isObject(known) ? known : Object.create(null)
  const end = shapeSelections(field.selections, given, output, found.name, found.name, place)
  return { value: end ? null : output, isInvalid: false, isReported: end !== null }
}

const valid = (value: unknown): Value => ({ value, isInvalid: false, isReported: false })

function report(message: string, { path, faults }: Place): void {
  faults.push(new GraphQLError(message, { path: [...path], originalError: new Error(message) }))
}

function describe(type: ResponseType, parent: string, { path }: Place): string {
  const last = path.at(-1)
  return typeof last === 'string' ? `field ${parent}.${last}` : `array element of type ${type.text} at index ${last}`
}

const isLeaf = (type: ResponseType, value: unknown): boolean =>
  type.kind === 'enum' ? typeof value === 'string' && type.values.has(value) : type.kind === 'leaf' && isScalar(type.leaf, value)

const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** Whether `value` may stand for a scalar; numbers may stand for an ID, and anything for a scalar of the schema's own. */
export function isScalar(leaf: LeafKind, value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return leaf === 'Boolean' || leaf === 'custom'
    case 'number':
      if (leaf === 'Int' || leaf === 'ID') return INTEGER.test(String(value))
      return leaf === 'custom' || (leaf === 'Float' && Number.isFinite(value))
    case 'string':
      return leaf === 'String' || leaf === 'ID' || leaf === 'custom'
    default:
      return leaf === 'custom'
  }
}

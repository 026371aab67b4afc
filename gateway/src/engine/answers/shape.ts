import type { Work } from '@planet/runtime/slices'
import { GraphQLError, type GraphQLSchema, isObjectType } from 'graphql'
import {
  fieldIn,
  type LeafKind,
  type ResponseField,
  type ResponseSelection,
  type ResponseTree,
  type ResponseType,
} from '../compiling/response-tree.ts'
import type { PossibleTypes, TypeTest } from '../compiling/type-tests.ts'
import { getOwn, isObject, type JsonObject, setOwn } from '../plain-data.ts'

type Shaped = {
  readonly data: JsonObject | null
  /** Values that are not of their field's type, which no error of a subgraph explains. */
  readonly misfits: readonly GraphQLError[]
  /** Values that are missing where the API promises one. */
  readonly gaps: readonly GraphQLError[]
}

/** What the shape of an answer depends on besides the data. */
type ShapeInput = {
  readonly schema: GraphQLSchema
  readonly types: TypeTest
  readonly possibleTypes: PossibleTypes
  /** Whether the conditions of a selection hold for this request. */
  readonly isIncluded: (selection: ResponseSelection) => boolean
  readonly introspect: (fields: readonly ResponseField[]) => unknown
  readonly work: Work
}

/** What is asked under one response name of objects of one type, by one field or several that are alike. */
type Asked = {
  readonly field: ResponseField
  /** The type under which a message names the field. */
  readonly parent: string
  readonly fields: ResponseField[]
  readonly selections: ResponseSelection[]
}

type Shaping = {
  readonly input: ShapeInput
  readonly path: (string | number)[]
  readonly misfits: GraphQLError[]
  readonly gaps: GraphQLError[]
  /** What is asked of objects, by the selections and the object's type. */
  readonly asked: Map<readonly ResponseSelection[], Map<string, readonly Asked[]>>
  /** Values of introspection fields. */
  readonly introspected: Map<Asked, unknown>
}

/** Of one answer and kind; a client gets fewer. */
const MAX_FAULTS = 200

/** Bubbles up to the next nullable field. */
const INVALID = Symbol('invalid')
type Value = { readonly value: unknown; readonly isInvalid: boolean; readonly isReported: boolean }
/** Yields where it may be interrupted. */
type Steps<Made> = Generator<undefined, Made>

/**
 * The client's part of what the subgraphs gave, in the client's order. A null, or anything else that the API does not allow,
 * is a fault and takes the next nullable field with it.
 */
export function* shape({ rootType, selections }: ResponseTree, data: JsonObject, input: ShapeInput): Steps<Shaped> {
  const shaping: Shaping = { input, path: [], misfits: [], gaps: [], asked: new Map(), introspected: new Map() }
  const shaped = yield* shapeFields(selections, data, rootType, shaping)
  return { data: shaped === INVALID ? null : shaped, misfits: shaping.misfits, gaps: shaping.gaps }
}

function* shapeFields(
  selections: readonly ResponseSelection[],
  source: JsonObject,
  typeName: string,
  shaping: Shaping,
): Steps<JsonObject | typeof INVALID> {
  const output: JsonObject = Object.create(null)
  for (const asked of askedOf(selections, typeName, shaping)) {
    shaping.path.push(asked.field.responseName)
    const { value, isInvalid } = yield* shapeField(asked, source, typeName, shaping)
    shaping.path.pop()
    if (isInvalid) return INVALID
    setOwn(output, asked.field.responseName, value)
  }
  return output
}

function* shapeField(asked: Asked, source: JsonObject, typeName: string, shaping: Shaping): Steps<Value> {
  const { field, fields, parent } = asked
  switch (field.meta) {
    case null:
      return yield* shapeValue(field.type, getOwn(source, field.dataName) ?? null, asked, shaping)
    case 'introspection': {
      const { introspected } = shaping
      if (!introspected.has(asked)) introspected.set(asked, shaping.input.introspect(fields))
      return valid(introspected.get(asked))
    }
    case 'typename':
      if (isObjectType(shaping.input.schema.getType(typeName))) return valid(typeName)
      report(new UnknownType(`Cannot return null for non-nullable field ${parent}.__typename.`), shaping.gaps, shaping)
      return { value: null, isInvalid: true, isReported: true }
    default:
      field.meta satisfies never
      throw new Error('unreachable')
  }
}

function askedOf(selections: readonly ResponseSelection[], typeName: string, { asked, input }: Shaping): readonly Asked[] {
  const ofTypes = asked.get(selections) ?? new Map<string, readonly Asked[]>()
  asked.set(selections, ofTypes)
  const known = ofTypes.get(typeName)
  if (known) return known
  const found = new Map<string, Asked>()
  collectAsked(selections, typeName, typeName, input, found)
  const all = [...found.values()]
  ofTypes.set(typeName, all)
  return all
}

function collectAsked(
  selections: readonly ResponseSelection[],
  typeName: string,
  parent: string,
  input: ShapeInput,
  found: Map<string, Asked>,
): void {
  for (const selection of selections) {
    if (!input.isIncluded(selection)) continue
    if (selection.kind === 'fragment') {
      const { typeCondition } = selection
      if (typeCondition !== null && !input.types.namesOf(typeCondition).has(typeName)) continue
      collectAsked(selection.selections, typeName, typeCondition ?? parent, input, found)
      continue
    }
    const same = found.get(selection.responseName)
    if (same) {
      same.fields.push(selection)
      same.selections.push(...selection.selections)
    } else {
      const field = fieldIn(selection, typeName)
      found.set(selection.responseName, { field, parent, fields: [selection], selections: [...selection.selections] })
    }
  }
}

function* shapeValue(type: ResponseType, given: unknown, asked: Asked, shaping: Shaping): Steps<Value> {
  switch (type.kind) {
    case 'nonNull': {
      const { value, isReported } = yield* shapeValue(type.of, given, asked, shaping)
      if (value !== null) return valid(value)
      if (!isReported) {
        report(new Error(`Cannot return null for non-nullable ${describe(type.of, asked, shaping)}.`), shaping.gaps, shaping)
      }
      return { value, isInvalid: true, isReported: true }
    }
    case 'list':
      return given === null ? valid(null) : yield* shapeList(type.of, given, asked, shaping)
    case 'object':
    case 'abstract':
      return given === null ? valid(null) : yield* shapeObject(type, given, asked, shaping)
    default:
      if (given !== null && !isLeaf(type, given))
        return misfit(`Invalid value found for ${describe(type, asked, shaping)}.`, shaping)
      return valid(typeof given === 'number' && type.kind === 'leaf' && type.leaf === 'ID' ? String(given) : given)
  }
}

function* shapeList(of: ResponseType, given: unknown, asked: Asked, shaping: Shaping): Steps<Value> {
  if (!Array.isArray(given)) return misfit(`Expected a list for ${describe(of, asked, shaping)}.`, shaping)
  let isNull = false
  let isReported = false
  let misfitsTold = 0
  const value: unknown[] = []
  for (const [index, each] of given.entries()) {
    if (shaping.input.work.isDue()) yield
    shaping.path.push(index)
    const item = yield* shapeValue(of, each ?? null, asked, shaping)
    shaping.path.pop()
    if (item.isInvalid && !isNull) misfitsTold = shaping.misfits.length
    isNull ||= item.isInvalid
    isReported ||= item.isReported
    value.push(item.value)
  }
  // The first item that takes the list with it explains the null; a writer looks no further.
  if (isNull) shaping.misfits.length = misfitsTold
  return { value: isNull ? null : value, isInvalid: false, isReported }
}

function* shapeObject(type: ResponseType, given: unknown, asked: Asked, shaping: Shaping): Steps<Value> {
  if (!isObject(given)) return misfit(`Expected an object for ${describe(type, asked, shaping)}.`, shaping)
  const typeName = typeNameOf(given, type, shaping.input)
  // A wrong name may be that of an inaccessible type: it stays here.
  if (typeName === null) return misfit(`Invalid __typename found for object at ${describe(type, asked, shaping)}.`, shaping)
  const shaped = yield* shapeFields(asked.selections, given, typeName, shaping)
  return shaped === INVALID ? { value: null, isInvalid: false, isReported: true } : valid(shaped)
}

/**
 * The type that an object of `type` says it is of; null for one that cannot be there. A subgraph that knows an interface as an
 * object gives no name, or the interface's.
 */
function typeNameOf({ __typename: said }: JsonObject, type: ResponseType, { possibleTypes }: ShapeInput): string | null {
  const name = said ?? type.text
  return typeof name === 'string' && possibleTypes(type.text).has(name) ? name : null
}

const valid = (value: unknown): Value => ({ value, isInvalid: false, isReported: false })

function misfit(message: string, shaping: Shaping): Value {
  report(new Error(message), shaping.misfits, shaping)
  return { value: null, isInvalid: false, isReported: true }
}

/** What is missing is the type of an object, which a field of that name could look like. */
export class UnknownType extends Error {}

function report(originalError: Error, faults: GraphQLError[], { path }: Shaping): void {
  if (faults.length < MAX_FAULTS) faults.push(new GraphQLError(originalError.message, { path: [...path], originalError }))
}

function describe(type: ResponseType, { parent }: Asked, { path }: Shaping): string {
  const last = path.at(-1)
  return typeof last === 'string' ? `field ${parent}.${last}` : `array element of type ${type.text} at index ${last}`
}

const isLeaf = (type: ResponseType, value: unknown): boolean =>
  type.kind === 'enum' ? typeof value === 'string' && type.values.has(value) : type.kind === 'leaf' && isScalar(type.leaf, value)

const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** Whether `value` may stand for a scalar; whole numbers may stand for an ID, and anything for a scalar of the schema's own. */
export function isScalar(leaf: LeafKind, value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return leaf === 'Boolean' || leaf === 'custom'
    case 'number':
      if (leaf === 'Int') return (value | 0) === value
      if (leaf === 'ID') return INTEGER.test(String(value))
      return leaf === 'custom' || (leaf === 'Float' && Number.isFinite(value))
    case 'string':
      return leaf === 'String' || leaf === 'ID' || leaf === 'custom'
    default:
      return leaf === 'custom'
  }
}

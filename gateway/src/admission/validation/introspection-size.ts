import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isObjectType,
  Kind,
  parse,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql'
import { type Fragments, fragmentsOf } from '../fragments.ts'
import { tooMuch } from '../limits.ts'

/** By how much a document may ask for more of the schema than the introspection query of tools does. */
const SHARE = 1.5
/** That of a small schema may ask for as many values in any case. */
const MIN_VALUES = 20_000
/** As graphql-js counts in its MaxIntrospectionDepthRule: lists that lead from types to types, in one another. */
const MAX_LISTS = 2
const LISTS: ReadonlySet<string> = new Set(['fields', 'interfaces', 'possibleTypes', 'inputFields'])

/**
 * Gives a refusal for a document that asks for too much of the schema, counted in values of the answer, or for lists too deep
 * in one another. Null for any other, and for any that asks for none.
 */
export function createIntrospectionLimit(schema: GraphQLSchema): (document: DocumentNode) => GraphQLError | null {
  let limit: number | undefined
  // Not before somebody asks: most processes are never asked.
  const limitOf = () => (limit ??= Math.max(MIN_VALUES, SHARE * censusOf(parse(WHOLE), schema, Number.POSITIVE_INFINITY).values))
  return (document) => {
    if (!asksForSchema(document)) return null
    const { values, isTooDeep } = censusOf(document, schema, limitOf())
    if (values > limitOf()) return tooMuch('The document asks for too much of the schema at once.')
    return isTooDeep ? tooMuch('Maximum introspection depth exceeded') : null
  }
}

const WHOLE = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
})

const META_FIELDS = [SchemaMetaFieldDef, TypeMetaFieldDef]
const metaFieldOf = ({ name }: FieldNode) => META_FIELDS.find((field) => field.name === name.value)

const asksForSchema = ({ definitions }: DocumentNode): boolean =>
  definitions.some((definition) => 'selectionSet' in definition && hasMetaField(definition.selectionSet))

const hasMetaField = (selectionSet: SelectionSetNode | undefined): boolean =>
  selectionSet?.selections.some(
    (selection) =>
      (selection.kind === Kind.FIELD && metaFieldOf(selection) !== undefined) ||
      (selection.kind !== Kind.FRAGMENT_SPREAD && hasMetaField(selection.selectionSet)),
  ) ?? false

/** Of all operations of `document`. Once there are more values than `limit`, how many more is open. */
function censusOf(document: DocumentNode, schema: GraphQLSchema, limit: number): Pick<Census, 'values' | 'isTooDeep'> {
  const census = new Census(schema, fragmentsOf(document), limit)
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) census.addOperation(definition.selectionSet)
  }
  return census
}

/** Objects of the schema, and how often each is at one place of the answer. */
type Objects = ReadonlyMap<unknown, number>

class Census {
  /** Of the answers, and selections that were looked at. */
  values = 0
  isTooDeep = false
  readonly #schema: GraphQLSchema
  readonly #fragments: Fragments
  readonly #limit: number

  constructor(schema: GraphQLSchema, fragments: Fragments, limit: number) {
    this.#schema = schema
    this.#fragments = fragments
    this.#limit = limit
  }

  addOperation(selectionSet: SelectionSetNode): void {
    this.#each(selectionSet, (node) => {
      const field = metaFieldOf(node)
      const type = field && getNamedType(field.type)
      if (!isObjectType(type)) {
        if (node.selectionSet) this.addOperation(node.selectionSet)
        return
      }
      const root = field === SchemaMetaFieldDef ? this.#schema : this.#typeNamedBy(node)
      // A name that is none of a type's gives null.
      if (node.selectionSet && root) this.#add(node.selectionSet, type, new Map([[root, 1]]), 0)
    })
  }

  /** Each field of the selections, fragments written out, until there is too much. */
  #each({ selections }: SelectionSetNode, visit: (node: FieldNode) => void, within: ReadonlySet<string> = NONE): void {
    for (const selection of selections) {
      if (this.values++ > this.#limit) return
      if (selection.kind === Kind.FIELD) visit(selection)
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.#each(selection.selectionSet, visit, within)
      else {
        const name = selection.name.value
        const fragment = within.has(name) ? undefined : this.#fragments.get(name)
        if (fragment) this.#each(fragment.selectionSet, visit, new Set([...within, name]))
      }
    }
  }

  /** `lists` is how many of them it stands in. */
  #add(selectionSet: SelectionSetNode, type: GraphQLObjectType, objects: Objects, lists: number): void {
    this.#each(selectionSet, ({ name, selectionSet: inner }) => {
      const field = type.getFields()[name.value]
      const depth = lists + (LISTS.has(name.value) ? 1 : 0)
      if (depth > MAX_LISTS) this.isTooDeep = true
      const below = new Map<unknown, number>()
      for (const [object, times] of objects) {
        if (this.values > this.#limit) return
        // What is read here are objects of graphql-js itself, which needs no more of the info.
        const value = field?.resolve?.(object, ALL, undefined, { schema: this.#schema } as GraphQLResolveInfo)
        const items: readonly unknown[] = Array.isArray(value) ? value : [value]
        this.values += times * Math.max(1, items.length)
        if (inner) for (const item of items) if (item) below.set(item, (below.get(item) ?? 0) + times)
      }
      const innerType = field && getNamedType(field.type)
      if (inner && isObjectType(innerType)) this.#add(inner, innerType, below, depth)
    })
  }

  /** What a variable names may be any type, so it counts as the largest. */
  #typeNamedBy({ arguments: given = [] }: FieldNode): unknown {
    const named = given.find(({ name }) => name.value === 'name')?.value
    if (named?.kind === Kind.STRING) return this.#schema.getType(named.value)
    let largest: unknown
    let most = -1
    for (const type of Object.values(this.#schema.getTypeMap())) {
      const size = 'getFields' in type ? Object.keys(type.getFields()).length : 0
      if (size > most) [largest, most] = [type, size]
    }
    return largest
  }
}

const NONE: ReadonlySet<string> = new Set()
/** Arguments of the schema's fields with which they give everything. */
const ALL = { includeDeprecated: true }

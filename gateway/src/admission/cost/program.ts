import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql'
import { type Condition, conditionsOf } from '../conditions.ts'
import { type Fragments, fragmentsOf } from '../fragments.ts'
import { createInputCosts, type InputCosts } from './inputs.ts'
import { type Measure, type Measures, measuresOf } from './measure.ts'
import { sizeOf, timesOf } from './sizes.ts'
import { greatest, onlyIf, product, sum, type Term, type Variables } from './terms.ts'
import { type FieldWeight, MUTATION_COST, type Weights } from './weights.ts'

/** What an operation is estimated at. */
export type Program = {
  readonly cost: Term
  /** Objects, and items of lists, that the answer may hold. */
  readonly nodes: Term
  /** How what was answered is counted; null where every object counts one, and nothing else counts. */
  readonly measures: Measures | null
}

/** What all values of one field cost by themselves, without what is selected in them. */
export type FieldCost = {
  /** Names in the answer from the root, e.g. `creator.posts.edges`. */
  readonly path: string
  /** E.g. `Creator.posts`. */
  readonly coordinate: string
  readonly cost: Term
}

/** A field under one name in the answer, asked for in one or several places. */
type Entry = {
  readonly responseName: string
  readonly parent: GraphQLCompositeType
  readonly field: GraphQLField<unknown, unknown>
  /** The object types that have it. */
  readonly types: Set<string>
  readonly places: Place[]
}
type Place = { readonly node: FieldNode; readonly conditions: readonly Condition[] }
type Selected = { readonly set: SelectionSetNode; readonly conditions: readonly Condition[] }
/** Where in a selection set. */
type Where = {
  readonly parent: GraphQLCompositeType
  /** The object types that may be there. */
  readonly types: ReadonlySet<string>
  readonly conditions: readonly Condition[]
}
type Collected = {
  readonly entries: Map<string, Entry>
  /** The object types that are given a field by the selection set, whatever the variables are. */
  readonly given: Set<string>
  /** The conditions of the selection set itself. */
  readonly always: readonly Condition[]
}
type Priced = { readonly cost: Term; readonly nodes: Term; readonly measures: Measures }
type PricedField = { readonly cost: Term; readonly nodes: Term; readonly measure: Measure }
type Sizes = ReadonlyMap<string, Term>

type Context = {
  readonly schema: GraphQLSchema
  readonly weights: Weights
  readonly inputs: InputCosts
  readonly fragments: Fragments
  readonly onField: ((cost: FieldCost) => void) | null
  /** Whether every object counts one so far, and nothing else counts. */
  isPlain: boolean
}
/** Where in the answer, and how often that place comes. */
type At = { readonly path: string; readonly times: Term }

const NO_SIZES: Sizes = new Map()

/**
 * The estimate of an admitted operation. Every field is looked at once, however often fragments write it out into types that
 * exclude each other: of those the dearest counts, with all that is selected under the same name in any of them.
 * `onField` is told what each field has to do with it.
 */
export function compileCost(
  document: DocumentNode,
  definition: OperationDefinitionNode,
  { schema, weights, onField = null }: Pick<Context, 'schema' | 'weights'> & { readonly onField?: Context['onField'] },
): Program {
  const root = schema.getRootType(definition.operation)
  if (!root) throw new Error('an admitted operation has a root type')
  const context: Context = {
    schema,
    weights,
    inputs: createInputCosts(weights),
    fragments: fragmentsOf(document),
    onField,
    isPlain: true,
  }
  const selected = [{ set: definition.selectionSet, conditions: [] }]
  const priced = priceSelections(selected, root, NO_SIZES, { path: '', times: 1 }, context)
  return { ...priced, measures: context.isPlain ? null : priced.measures }
}

/** What an object of `parent`, itself not counted, costs by what is selected of it. */
function priceSelections(
  selected: readonly Selected[],
  parent: GraphQLCompositeType,
  sizes: Sizes,
  at: At,
  context: Context,
): Priced {
  const all = typeNames(parent, context.schema)
  const entries = new Map<string, Entry>()
  for (const { set, conditions } of selected) {
    const given = new Set<string>()
    collect(set, { parent, types: all, conditions }, { entries, given, always: conditions }, context)
    // An object without fields does not look like one in a text; what others select of it may stand in other objects.
    if (given.size < all.size) context.isPlain = false
  }
  const priced = [...entries.values()].map((entry) => ({ entry, price: priceField(entry, sizes, at, context) }))
  const shared = priced.filter(({ entry }) => entry.types.size === all.size)
  const own = priced.filter(({ entry }) => entry.types.size < all.size)
  // Types that have the same fields cost the same.
  const kinds = new Map<string, PricedField[]>()
  if (own.length > 0) {
    for (const type of all) {
      const key = own.map(({ entry }) => (entry.types.has(type) ? '1' : '0')).join('')
      if (!kinds.has(key))
        kinds.set(
          key,
          own.flatMap(({ entry, price }) => (entry.types.has(type) ? [price] : [])),
        )
    }
  }
  const total = (figure: 'cost' | 'nodes') =>
    sum([
      ...shared.map(({ price }) => price[figure]),
      greatest([...kinds.values()].map((prices) => sum(prices.map((price) => price[figure])))),
    ])
  return {
    cost: total('cost'),
    nodes: total('nodes'),
    measures: measuresOf(priced.map(({ entry, price }) => [entry.responseName, price.measure] as const)),
  }
}

function collect(
  set: SelectionSetNode,
  { parent, types, conditions: outer }: Where,
  collected: Collected,
  context: Context,
): void {
  for (const selection of set.selections) {
    const own = conditionsOf(selection.directives)
    if (!own) continue
    const conditions = own.length === 0 ? outer : [...outer, ...own]
    if (selection.kind === Kind.FIELD) {
      addField(selection, { parent, types, conditions }, collected, context)
      continue
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments.get(selection.name.value)
    const condition = fragment?.typeCondition && context.schema.getType(fragment.typeCondition.name.value)
    const inner = isCompositeType(condition) ? condition : parent
    const left = inner === parent ? types : typeNames(inner, context.schema).intersection(types)
    if (fragment && left.size > 0) collect(fragment.selectionSet, { parent: inner, types: left, conditions }, collected, context)
  }
}

function addField(
  node: FieldNode,
  { parent, types, conditions }: Where,
  { entries, given, always }: Collected,
  context: Context,
): void {
  const name = node.name.value
  const own = isUnionType(parent) ? undefined : parent.getFields()[name]
  const field = own ?? (name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : null)
  if (!field) {
    // Introspection is bounded by itself, and its objects are none of ours.
    context.isPlain = false
    return
  }
  if (conditions === always) for (const type of types) given.add(type)
  const responseName = node.alias?.value ?? name
  const args = (node.arguments ?? []).map(print).sort().join()
  const key = `${responseName} ${name}(${args}) ${getNamedType(field.type).name}`
  const known = entries.get(key)
  if (!known) {
    entries.set(key, { responseName, parent, field, types: new Set(types), places: [{ node, conditions }] })
    return
  }
  for (const type of types) known.types.add(type)
  known.places.push({ node, conditions })
}

function priceField(entry: Entry, sizes: Sizes, at: At, context: Context): PricedField {
  const { parent, field, places, responseName } = entry
  const [place] = places
  if (!place) throw new Error('a field is asked for in one place at least')
  const said = saidOf(entry, context.weights)
  const named = getNamedType(field.type)
  const isIncluded = inclusionOf(places)
  const size = sizeOf(said, field, place.node)
  const isSizedInside = said.sizedFields.length > 0
  const times = timesOf(field.type, sizes.get(field.name) ?? (isSizedInside ? null : size))
  const each = said.weight ?? weightOfType(named, context)
  const isMutation = parent === context.schema.getMutationType() && field !== TypeNameMetaFieldDef
  const once = sum([isMutation ? MUTATION_COST : 0, context.inputs.ofArguments(field, place.node, said.arguments)])
  const visits = context.onField ? product(at.times, onlyIf(isIncluded, times)) : 1
  const path = at.path === '' ? responseName : `${at.path}.${responseName}`
  const coordinate = `${parent.name}.${field.name}`
  context.onField?.({ path, coordinate, cost: sum([product(visits, each), product(at.times, onlyIf(isIncluded, once))]) })

  const innerSizes = isSizedInside ? new Map(said.sizedFields.map((name) => [name, size ?? 0] as const)) : NO_SIZES
  const inner = isCompositeType(named)
    ? priceSelections(selectionsOf(places), named, innerSizes, { path, times: visits }, context)
    : null
  if (once !== 0 || each !== (inner ? 1 : 0)) context.isPlain = false
  const isCounted = inner !== null || isListType(getNullableType(field.type))
  return {
    cost: onlyIf(isIncluded, sum([once, product(times, sum([each, inner?.cost ?? 0]))])),
    nodes: onlyIf(isIncluded, product(times, sum([isCounted ? 1 : 0, inner?.nodes ?? 0]))),
    measure: { each, once, fields: inner?.measures ?? null },
  }
}

/** What is said of a field; of one that several types have, the most that is said of it in any of them. */
function saidOf({ parent, field, types }: Entry, weights: Weights): FieldWeight {
  const said = weights.field(parent.name, field.name)
  if (!isAbstractType(parent)) return said
  const all = [said, ...[...types].map((type) => weights.field(type, field.name))]
  return {
    weight: mostOf(all.map(({ weight }) => weight)),
    assumedSize: mostOf(all.map(({ assumedSize }) => assumedSize)),
    slicingArguments: [...new Set(all.flatMap(({ slicingArguments }) => slicingArguments))],
    sizedFields: [...new Set(all.flatMap(({ sizedFields }) => sizedFields))],
    arguments: new Map(all.flatMap((each) => [...each.arguments])),
  }
}

const mostOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** An object costs one, a scalar nothing; an abstract type as much as the dearest that may stand there. */
function weightOfType(type: GraphQLNamedType, { schema, weights }: Context): number {
  const own = weights.type(type.name)
  if (own !== null || !isCompositeType(type)) return own ?? 0
  if (!isAbstractType(type)) return 1
  return Math.max(1, ...schema.getPossibleTypes(type).map(({ name }) => weights.type(name) ?? 1))
}

/** Null for a field that is always asked for. */
function inclusionOf(places: readonly Place[]): ((variables: Variables) => boolean) | null {
  if (places.some(({ conditions }) => conditions.length === 0)) return null
  return (variables) => places.some(({ conditions }) => conditions.every((condition) => mayHold(condition, variables)))
}

/** A variable that is neither true nor false is refused by the engine. */
const mayHold = ({ variable, value }: Condition, variables: Variables) => variables[variable] !== !value

/** Of one place the conditions are those of the field itself. */
const selectionsOf = (places: readonly Place[]): readonly Selected[] =>
  places.flatMap(({ node: { selectionSet }, conditions }) =>
    selectionSet ? [{ set: selectionSet, conditions: places.length === 1 ? [] : conditions }] : [],
  )

const typeNames = (type: GraphQLCompositeType, schema: GraphQLSchema): ReadonlySet<string> =>
  new Set(isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name])

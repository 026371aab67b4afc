import {
  execute,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import type { Choice } from '../differential/choice.ts'
import { costGraph } from './cost-graph.ts'

const { schema, weights } = costGraph
const SIZE_UNSAID = 5

type Sizes = Readonly<Record<string, number>>

/** An estimate by going through every type that may stand somewhere, with the variables' values: as slow as it is simple. */
export function naiveEstimate({ document, definition, coercedVariables }: Operation): number {
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  )

  const collect = (set: SelectionSetNode, type: string, into: Map<string, FieldNode[]>): void => {
    for (const selection of set.selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, coercedVariables)?.if === true) continue
      if (getDirectiveValues(GraphQLIncludeDirective, selection, coercedVariables)?.if === false) continue
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value
        into.set(name, [...(into.get(name) ?? []), selection])
        continue
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const condition = fragment?.typeCondition?.name.value ?? type
      if (fragment && isOf(type, condition)) collect(fragment.selectionSet, type, into)
    }
  }
  const costOf = (sets: readonly SelectionSetNode[], type: GraphQLCompositeType, sizes: Sizes): number => {
    if (isAbstractType(type)) return Math.max(...schema.getPossibleTypes(type).map((each) => costOf(sets, each, sizes)))
    const fields = new Map<string, FieldNode[]>()
    for (const set of sets) collect(set, type.name, fields)
    return [...fields.values()].reduce((total, nodes) => total + costOfField(nodes, type, sizes), 0)
  }
  const costOfField = (nodes: readonly FieldNode[], type: GraphQLCompositeType, sizes: Sizes): number => {
    const [node] = nodes
    const field = node && isObjectType(type) ? type.getFields()[node.name.value] : undefined
    if (!node || !field) return 0
    const { own, inside } = statedSizes(type.name, field, getArgumentValues(field, node, coercedVariables))
    const named = getNamedType(field.type)
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const below = isCompositeType(named) ? costOf(sets, named, inside) : 0
    const times = countOf(field.type, sizes[field.name] ?? own)
    return costOnce(type.name, field, node, coercedVariables) + times * (weightOf(type.name, field) + below)
  }
  const root = schema.getRootType(definition.operation)
  return root ? costOf([definition.selectionSet], root, {}) : 0
}

const isOf = (type: string, condition: string): boolean => {
  const found = schema.getType(condition)
  return type === condition || (isAbstractType(found) && schema.getPossibleTypes(found).some(({ name }) => name === type))
}

const weightOf = (type: string, field: GraphQLField<unknown, unknown>): number => {
  const named: GraphQLNamedType = getNamedType(field.type)
  return weights.field(type, field.name).weight ?? weights.type(named.name) ?? (isCompositeType(named) ? 1 : 0)
}

function statedSizes(type: string, field: GraphQLField<unknown, unknown>, args: Readonly<Record<string, unknown>>) {
  const { slicingArguments, sizedFields, assumedSize } = weights.field(type, field.name)
  const given = slicingArguments.flatMap((name) => (typeof args[name] === 'number' ? [Math.max(0, args[name])] : []))
  const size = given.length > 0 ? Math.max(...given) : (assumedSize ?? SIZE_UNSAID)
  return sizedFields.length > 0
    ? { own: SIZE_UNSAID, inside: Object.fromEntries(sizedFields.map((name) => [name, size])) }
    : { own: size, inside: {} }
}

function countOf(type: GraphQLOutputType, size: number): number {
  const outer = getNullableType(type)
  return isListType(outer) ? size * countOf(outer.ofType, SIZE_UNSAID) : 1
}

function costOnce(
  type: string,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Operation['coercedVariables'],
) {
  const given = getArgumentValues(field, node, variables)
  const own = type === 'Mutation' ? 10 : 0
  return field.args.reduce((total, argument) => {
    const isGiven = node.arguments?.some(({ name }) => name.value === argument.name)
    const weight = weights.field(type, field.name).arguments.get(argument.name) ?? null
    return total + (isGiven ? inputCost(argument.type, given[argument.name], weight) : 0)
  }, own)
}

function inputCost(type: GraphQLInputType, value: unknown, weight: number | null): number {
  if (value === null || value === undefined) return 0
  const inner = getNullableType(type)
  if (isListType(inner)) return [value].flat().reduce<number>((total, each) => total + inputCost(inner.ofType, each, weight), 0)
  if (!isInputObjectType(inner)) return weight ?? 0
  return Object.values(inner.getFields()).reduce(
    (total, field) =>
      total + inputCost(field.type, (value as Record<string, unknown>)[field.name], weights.inputField(inner.name, field.name)),
    weight ?? 1,
  )
}

/** An answer whose lists have at most their stated sizes, and what the objects and values in it cost, counted as they are made. */
export async function makeAnswer({ document, operationName, variables }: Operation, choice: Choice) {
  let cost = 0
  const make = (type: GraphQLOutputType, weight: number, size: number, inside: Sizes): unknown => {
    const inner = getNullableType(type)
    if (inner === type && choice.chance(0.1)) return null
    if (isListType(inner)) {
      return Array.from({ length: choice.below(size + 1) }, () => make(inner.ofType, weight, SIZE_UNSAID, inside))
    }
    cost += weight
    if (isCompositeType(inner)) return { __typename: choice.one(typesOf(inner)), inside }
    return valueOfScalar(inner.name, choice)
  }
  const result = await execute({
    schema,
    document,
    operationName,
    variableValues: variables,
    rootValue: { inside: {} },
    typeResolver: ({ __typename }: { __typename: string }) => __typename,
    fieldResolver(source: { inside: Sizes }, args, _, info) {
      const { parentType, fieldName, fieldNodes, variableValues } = info
      const field = parentType.getFields()[fieldName]
      const [node] = fieldNodes
      if (!field || !node) throw new Error('a field that is asked for is there')
      const { own, inside } = statedSizes(parentType.name, field, args)
      cost += costOnce(parentType.name, field, node, variableValues)
      return make(field.type, weightOf(parentType.name, field), source.inside[fieldName] ?? own, inside)
    },
  })
  return { data: result.data, cost }
}

const typesOf = (type: GraphQLCompositeType): readonly string[] =>
  isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name]

function valueOfScalar(name: string, choice: Choice): unknown {
  if (name === 'Boolean') return choice.chance(0.5)
  return name === 'Int' ? choice.below(99) : choice.one(TEXTS)
}

/** What may be mistaken for the beginning of an object. */
const TEXTS = ['', 'x', '{', '{"a":1}', 'a {', '"', '\\', '\\"{"b', '}]', 'null', 'ü😀'] as const

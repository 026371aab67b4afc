import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql'
import { sum, type Term } from './terms.ts'
import type { Weights } from './weights.ts'

export type InputCosts = {
  /** What the arguments that are given cost, each by itself and by what is in it. `weights` are those of the arguments. */
  ofArguments(field: GraphQLField<unknown, unknown>, node: FieldNode, weights: ReadonlyMap<string, number>): Term
}

/** An input object costs one, a scalar nothing, where the schema does not say otherwise; a list as much as its items. */
export function createInputCosts(weights: Weights): InputCosts {
  const weightOf = (type: GraphQLInputType, own: number | null): number => {
    const named = 'name' in type ? weights.type(type.name) : null
    return own ?? named ?? (isInputObjectType(type) ? 1 : 0)
  }

  /** Of a value as coerced. */
  const ofValue = (type: GraphQLInputType, value: unknown, own: number | null): number => {
    if (value === null || value === undefined) return 0
    const inner = getNullableType(type)
    if (isListType(inner)) {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value]
      return items.reduce<number>((total, item) => total + ofValue(inner.ofType, item, own), 0)
    }
    if (!isInputObjectType(inner)) return weightOf(inner, own)
    const given = value as Readonly<Record<string, unknown>>
    return Object.values(inner.getFields()).reduce(
      (total, { name, type: of }) => total + ofValue(of, given[name], weights.inputField(inner.name, name)),
      weightOf(inner, own),
    )
  }

  /** Of a value as written. */
  const ofNode = (type: GraphQLInputType, node: ValueNode, own: number | null): Term => {
    const inner = getNullableType(type)
    if (node.kind === Kind.NULL) return 0
    if (node.kind === Kind.VARIABLE) {
      return mayCost(inner, own) ? (variables) => ofValue(inner, variables[node.name.value], own) : 0
    }
    if (isListType(inner)) {
      const items = node.kind === Kind.LIST ? node.values : [node]
      return sum(items.map((item) => ofNode(inner.ofType, item, own)))
    }
    if (!isInputObjectType(inner) || node.kind !== Kind.OBJECT) return weightOf(inner, own)
    const fields = inner.getFields()
    return sum([
      weightOf(inner, own),
      ...node.fields.map(({ name, value }) => {
        const field = fields[name.value]
        return field ? ofNode(field.type, value, weights.inputField(inner.name, name.value)) : 0
      }),
    ])
  }

  const mayCost = (type: GraphQLInputType, own: number | null): boolean => {
    let inner = getNullableType(type)
    while (isListType(inner)) inner = getNullableType(inner.ofType)
    return isInputObjectType(inner) || weightOf(inner, own) > 0
  }

  return {
    ofArguments: (field, node, own) =>
      sum(
        (node.arguments ?? []).map(({ name, value }) => {
          const argument = field.args.find((each) => each.name === name.value)
          return argument ? ofNode(argument.type, value, own.get(name.value) ?? null) : 0
        }),
      ),
  }
}

import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql'

/** Items that a list is taken to have where nothing says how many. */
export const ASSUMED_LIST_SIZE = 5
/** What a field of Mutation costs beside its result and its input. */
export const MUTATION_COST = 10

/** What the schema says of a field. */
export type FieldWeight = {
  /** Of each value that it gives; null where its type decides. */
  readonly weight: number | null
  /** Items of its list, or of the lists in `sizedFields`, where no argument says; null where nothing is said. */
  readonly assumedSize: number | null
  /** Arguments that say how many items there are at most. */
  readonly slicingArguments: readonly string[]
  /** Fields of what it gives whose lists are meant; empty if its own is. */
  readonly sizedFields: readonly string[]
  /** Of the arguments that have one. */
  readonly arguments: ReadonlyMap<string, number>
}

/** What `@cost` and `@listSize` of a supergraph say. */
export type Weights = {
  readonly field: (type: string, field: string) => FieldWeight
  /** Null where the kind of the type decides. */
  readonly type: (name: string) => number | null
  /** Null where its type decides. */
  readonly inputField: (type: string, field: string) => number | null
}

const UNSAID: FieldWeight = { weight: null, assumedSize: null, slicingArguments: [], sizedFields: [], arguments: new Map() }

/** The directives stand in the supergraph only: the public API does not show them. */
export function readWeights(supergraphSdl: string): Weights {
  const { definitions } = parse(supergraphSdl, { noLocation: true })
  const fields = new Map<string, FieldWeight>()
  const types = new Map<string, number>()
  const inputFields = new Map<string, number>()
  for (const definition of definitions) {
    if (!('name' in definition) || !definition.name) continue
    const type = definition.name.value
    const weight = weightIn(definition)
    if (weight !== null) types.set(type, weight)
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      for (const field of definition.fields ?? []) {
        const said = fieldWeight(field)
        if (said) fields.set(`${type}.${field.name.value}`, said)
      }
    } else if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      for (const [name, own] of weightsOf(definition.fields)) inputFields.set(`${type}.${name}`, own)
    }
  }
  return {
    field: (type, field) => fields.get(`${type}.${field}`) ?? UNSAID,
    type: (name) => types.get(name) ?? null,
    inputField: (type, field) => inputFields.get(`${type}.${field}`) ?? null,
  }
}

function fieldWeight(field: FieldDefinitionNode): FieldWeight | null {
  const size = directiveIn(field, 'listSize')
  const weight = weightIn(field)
  const weights = new Map(weightsOf(field.arguments))
  if (!size && weight === null && weights.size === 0) return null
  const sizeArgument = (name: string): unknown => size && argumentOf(size, name)
  const assumed = sizeArgument('assumedSize')
  return {
    weight,
    assumedSize: typeof assumed === 'number' ? assumed : null,
    slicingArguments: names(sizeArgument('slicingArguments')),
    sizedFields: names(sizeArgument('sizedFields')),
    arguments: weights,
  }
}

const weightsOf = (inputs: readonly InputValueDefinitionNode[] | undefined): readonly (readonly [string, number])[] =>
  (inputs ?? []).flatMap((input) => {
    const weight = weightIn(input)
    return weight === null ? [] : [[input.name.value, weight] as const]
  })

type Marked = DefinitionNode | FieldDefinitionNode | InputValueDefinitionNode

function weightIn(node: Marked): number | null {
  const cost = directiveIn(node, 'cost')
  const weight = cost && argumentOf(cost, 'weight')
  // A negative weight would let one field pay for another.
  return typeof weight === 'number' ? Math.max(0, weight) : null
}

/** Composition imports both under their own names, or leaves them under that of their specification. */
const directiveIn = (node: Marked, name: 'cost' | 'listSize'): ConstDirectiveNode | undefined =>
  // Directives of a schema's own definition are constant.
  (node as { readonly directives?: readonly ConstDirectiveNode[] }).directives?.find(
    (directive) => directive.name.value === name || directive.name.value === `cost__${name}`,
  )

function argumentOf(directive: ConstDirectiveNode, name: string): unknown {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value && valueFromASTUntyped(value)
}

const names = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

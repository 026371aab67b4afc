import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  type InterfaceTypeDefinitionNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { Operation } from '../admission/admission.ts'
import { fragmentsOf } from '../admission/fragments.ts'

/**
 * How a subscription delivers: LOG is every event once and in order; STATE the latest value. Null where the schema does not
 * say: every event, without a place to go on from.
 */
export type Delivery = 'LOG' | 'STATE' | null

/** What the supergraph's own directives say about subscriptions. */
export type SubscriptionRules = {
  /** Of a field of `Subscription`. */
  readonly deliveryOf: (field: string) => Delivery
  /** Whether an operation gives every viewer the same. */
  readonly isPublic: (operation: Operation) => boolean
  /** Whether a subgraph can say a field without the help of another one. */
  readonly canSay: (subgraph: string, type: string, field: string) => boolean
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

/** `schema` is the API of the supergraph. Throws for a LOG field that cannot be gone on with: it would lose events. */
export function readRules(supergraphSdl: string, schema: GraphQLSchema): SubscriptionRules {
  const { definitions } = parse(supergraphSdl, { noLocation: true })
  const composites = new Map(definitions.filter(isComposite).map((type) => [type.name.value, type]))
  const graphNames = namesOfGraphs(definitions)
  const publicFields = publicFieldsOf([...composites.values()])

  const canSay = (subgraph: string, typeName: string, fieldName: string): boolean => {
    const type = composites.get(typeName)
    const field = type?.fields?.find(({ name }) => name.value === fieldName)
    if (!type || !field) return false
    const own = named(field.directives, 'join__field')
    const givers = own.some((directive) => argumentOf(directive, 'graph') !== undefined)
      ? own
      : named(type.directives, 'join__type')
    return givers.some(
      (directive) =>
        graphNames.get(argumentOf(directive, 'graph') ?? '') === subgraph && argumentOf(directive, 'external') !== 'true',
    )
  }

  const published = schema.getSubscriptionType()
  // What is inaccessible is opened by the gateway for itself, if at all.
  const fields = composites
    .get(published?.name ?? '')
    ?.fields?.filter((each) => each.name.value in (published?.getFields() ?? {}))
  const subscriptions = new Map(fields?.map((each) => [each.name.value, each]))
  const deliveries = new Map([...subscriptions].map(([name, field]) => [name, deliveryIn(field)]))
  const lossy = [...deliveries]
    .filter(([name, delivery]) => delivery === 'LOG' && !isResumable(schema, name))
    .map(([name]) => name)
  if (lossy.length > 0) {
    throw new Error(`These LOG subscriptions lack an argument \`after\` or a payload with \`cursor\`: ${lossy.join(', ')}.`)
  }
  return {
    canSay,
    deliveryOf: (field) => deliveries.get(field) ?? null,
    isPublic: (operation) => isPublicOperation(operation, schema, publicFields),
  }
}

const isComposite = (definition: DefinitionNode): definition is Composite =>
  definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION

const named = (directives: readonly ConstDirectiveNode[] | undefined, name: string) =>
  directives?.filter((directive) => directive.name.value === name) ?? []

/** The text of an argument that is an enum value, a string or a boolean. */
function argumentOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value && 'value' in value ? String(value.value) : undefined
}

/** Subgraphs by their value of `join__Graph`. */
function namesOfGraphs(definitions: readonly DefinitionNode[]): ReadonlyMap<string, string> {
  const graphs = definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph' ? (definition.values ?? []) : [],
  )
  return new Map(
    graphs.flatMap((graph) =>
      named(graph.directives, 'join__graph').map((directive) => [graph.name.value, argumentOf(directive, 'name') ?? ''] as const),
    ),
  )
}

const publicFieldsOf = (types: readonly Composite[]): ReadonlySet<string> =>
  new Set(
    types.flatMap((type) =>
      (type.fields ?? [])
        .filter((field) => named(type.directives, 'public').length > 0 || named(field.directives, 'public').length > 0)
        .map((field) => `${type.name.value}.${field.name.value}`),
    ),
  )

function deliveryIn(field: FieldDefinitionNode): Delivery {
  const [delivery] = named(field.directives, 'delivery')
  const kind = delivery && argumentOf(delivery, 'kind')
  return kind === 'LOG' || kind === 'STATE' ? kind : null
}

function isResumable(schema: GraphQLSchema, name: string): boolean {
  const field = schema.getSubscriptionType()?.getFields()[name]
  if (!field?.args.some((argument) => argument.name === 'after')) return false
  const type = getNamedType(field.type)
  return payloadTypes(schema, type).every((each) => 'cursor' in each.getFields())
}

/** The types that have the fields of a payload: itself, or the members of a union. */
export function payloadTypes(schema: GraphQLSchema, type: GraphQLNamedType) {
  if (isObjectType(type) || isInterfaceType(type)) return [type]
  return isAbstractType(type) ? schema.getPossibleTypes(type) : []
}

function isPublicOperation({ definition, document }: Operation, schema: GraphQLSchema, marked: ReadonlySet<string>): boolean {
  const fragments = fragmentsOf(document)
  const isMarked = (type: GraphQLNamedType, field: string): boolean =>
    marked.has(`${type.name}.${field}`) ||
    (isInterfaceType(type) && schema.getPossibleTypes(type).every((each) => marked.has(`${each.name}.${field}`)))
  const isPublic = (selectionSet: SelectionSetNode, parent: GraphQLNamedType | null | undefined): boolean =>
    selectionSet.selections.every((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        return fragment !== undefined && isPublic(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition } = selection
        return isPublic(selection.selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : parent)
      }
      const name = selection.name.value
      if (name === '__typename') return true
      if (!parent || !(isObjectType(parent) || isInterfaceType(parent))) return false
      const field = parent.getFields()[name]
      if (!field || (name !== 'id' && !isMarked(parent, name))) return false
      return !selection.selectionSet || isPublic(selection.selectionSet, getNamedType(field.type))
    })
  return isPublic(definition.selectionSet, schema.getSubscriptionType())
}

import {
  type ArgumentNode,
  type DefinitionNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  type SelectionNode,
  type TypeNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import type { SubgraphOperation } from '../subgraphs/subgraph-operation.ts'
import { type Delivery, payloadTypes, type SubscriptionRules } from './rules.ts'

/** What is subscribed to at the subgraph that owns a root field. */
export type Source = {
  /** `after` counts for a LOG alone. */
  readonly operation: (after: string | null) => SubgraphOperation
  /** Where an event stands. Null for what its stream does not say. */
  readonly positionOf: (event: ExecutionResult) => Position
}

export type Position = { readonly cursor: string | null; readonly seq: number | null }

const NOWHERE: Position = { cursor: null, seq: null }

/**
 * `planned` with what the gateway needs to know of each event whether or not the client selects it: the cursor of a LOG,
 * the `seq` of a STATE. They have names of their own, which no answer contains. Where a LOG starts becomes a variable.
 */
export function createSource(
  planned: SubgraphOperation,
  facts: {
    readonly schema: GraphQLSchema
    readonly rules: SubscriptionRules
    readonly subgraph: string
    readonly delivery: Delivery
  },
): Source {
  const { delivery } = facts
  if (delivery === null) return { operation: () => planned, positionOf: () => NOWHERE }
  const document = parse(planned.query, { noLocation: true })
  const definition = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  const [root] = definition?.selectionSet.selections ?? []
  if (!definition || root?.kind !== Kind.FIELD) throw new Error('the source of a subscription is one field')

  const name = delivery === 'LOG' ? 'cursor' : 'seq'
  const alias = freeName(`planet_${name}`, planned.query)
  const start = delivery === 'LOG' ? startOf(root, planned.query, facts.schema) : null
  const field: FieldNode = {
    ...root,
    arguments: start
      ? [...(root.arguments ?? []).filter((each) => each.name.value !== 'after'), start.argument]
      : (root.arguments ?? []),
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...(root.selectionSet?.selections ?? []), ...hiddenSelections(root, name, alias, facts)],
    },
  }
  const fragments = document.definitions.filter((each) => each !== definition)
  const changed: OperationDefinitionNode = { ...definition, selectionSet: { kind: Kind.SELECTION_SET, selections: [field] } }
  const used = variablesIn([changed, ...fragments])
  const asked: OperationDefinitionNode = {
    ...changed,
    // A subgraph refuses a variable that is declared and not used.
    variableDefinitions: [
      ...(definition.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
      ...(start ? [start.definition] : []),
    ],
  }
  const query = print({ ...document, definitions: [asked, ...fragments] })
  const declared = new Set(asked.variableDefinitions?.map(({ variable }) => variable.name.value))
  const variables = Object.fromEntries(Object.entries(planned.variables ?? {}).filter(([key]) => declared.has(key)))
  const responseName = root.alias?.value ?? root.name.value
  return {
    operation: (after) => ({
      query,
      operationName: planned.operationName,
      variables: start ? { ...variables, [start.variable]: after } : variables,
    }),
    positionOf({ data }) {
      const payload = data?.[responseName]
      const position = isObject(payload) ? payload[alias] : undefined
      if (delivery === 'LOG') return { cursor: typeof position === 'string' ? position : null, seq: null }
      return { cursor: null, seq: typeof position === 'number' ? position : null }
    },
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const freeName = (name: string, text: string): string => (text.includes(name) ? freeName(`${name}_`, text) : name)

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const

function startOf(root: FieldNode, query: string, schema: GraphQLSchema) {
  const variable = freeName('planet_after', query)
  const field = schema.getSubscriptionType()?.getFields()[root.name.value]
  const type: TypeNode = parseType(String(field?.args.find(({ name }) => name === 'after')?.type ?? 'String'), {
    noLocation: true,
  })
  const node = { kind: Kind.VARIABLE, name: nameNode(variable) } as const
  const argument: ArgumentNode = { kind: Kind.ARGUMENT, name: nameNode('after'), value: node }
  const definition: VariableDefinitionNode = { kind: Kind.VARIABLE_DEFINITION, variable: node, type }
  return { variable, argument, definition }
}

function hiddenSelections(
  root: FieldNode,
  name: string,
  alias: string,
  { schema, rules, subgraph }: Parameters<typeof createSource>[1],
): readonly SelectionNode[] {
  const field = schema.getSubscriptionType()?.getFields()[root.name.value]
  if (!field) return []
  const type = getNamedType(field.type)
  const hidden: FieldNode = { kind: Kind.FIELD, alias: nameNode(alias), name: nameNode(name) }
  const types = payloadTypes(schema, type).filter((each) => rules.canSay(subgraph, each.name, name))
  if (!isUnionType(type)) return types.map(() => hidden)
  return types.map((each) => ({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(each.name) },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [hidden] },
  }))
}

function variablesIn(definitions: readonly DefinitionNode[]): ReadonlySet<string> {
  const used = new Set<string>()
  for (const definition of definitions) {
    visit(definition, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
    })
  }
  return used
}

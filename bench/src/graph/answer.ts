import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { type Arguments, type Data, type Row, shippingEstimate, type Value } from './data.ts'

export type GraphqlBody = {
  readonly query: string
  readonly operationName?: string | null
  readonly variables?: Readonly<Record<string, unknown>> | null
}

type Execution = {
  readonly data: Data
  readonly variables: Readonly<Record<string, unknown>>
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly sdl: string
}

/**
 * Answers any query over `data`, client's or gateway's, `_entities` and `_service` too. Trusts what it is asked: it does
 * not validate, because gateways do, and a wrong plan shows as a wrong answer.
 */
export function answer(data: Data, sdl: string, body: GraphqlBody): { data: object } {
  const document = parse(body.query, { noLocation: true })
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  )
  const operation = pickOperation(document, body.operationName ?? undefined)
  const execution = { data, variables: body.variables ?? {}, fragments, sdl }
  return { data: select(execution, data.query, operation.selectionSet) }
}

function pickOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  for (const each of document.definitions) {
    if (each.kind === Kind.OPERATION_DEFINITION && (name === undefined || each.name?.value === name)) return each
  }
  throw new Error('the document holds no such operation')
}

function select(execution: Execution, row: Row, ...sets: readonly SelectionSetNode[]): object {
  const fields = new Map<string, FieldNode[]>()
  for (const set of sets) collect(execution, row, set, fields)
  const result: Record<string, unknown> = {}
  for (const [key, nodes] of fields) result[key] = resolve(execution, row, nodes)
  return result
}

function collect(execution: Execution, row: Row, set: SelectionSetNode, fields: Map<string, FieldNode[]>): void {
  for (const selection of set.selections) {
    const isLeftOut = selection.directives?.some(({ name, arguments: args }) => {
      const condition = args?.[0] && valueFromASTUntyped(args[0].value, { ...execution.variables })
      return (name.value === 'skip' && condition === true) || (name.value === 'include' && condition === false)
    })
    if (isLeftOut) continue
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value
      const known = fields.get(key)
      if (known) known.push(selection)
      else fields.set(key, [selection])
      continue
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : execution.fragments.get(selection.name.value)
    if (!fragment) throw new Error('the document lacks a fragment')
    const condition = fragment.typeCondition?.name.value
    if (condition === undefined || condition === row.__typename) collect(execution, row, fragment.selectionSet, fields)
  }
}

function resolve(execution: Execution, row: Row, nodes: readonly FieldNode[]): unknown {
  const [node] = nodes
  if (!node) throw new Error('a field has a node')
  const name = node.name.value
  if (name === '_service') return { sdl: execution.sdl }
  const args = argumentsOf(execution, node)
  const value = name === '_entities' ? entities(execution, args.representations) : row[name]
  if (value === undefined) throw new Error(`there is no field ${row.__typename}.${name}`)
  const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []))
  return complete(execution, typeof value === 'function' ? value(args) : value, sets)
}

function complete(execution: Execution, value: Value, sets: readonly SelectionSetNode[]): unknown {
  if (Array.isArray(value)) return value.map((each: Value) => complete(execution, each, sets))
  if (typeof value === 'object' && value !== null) return select(execution, value as Row, ...sets)
  return value
}

const argumentsOf = ({ variables }: Execution, { arguments: args = [] }: FieldNode): Arguments =>
  Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value, { ...variables })]))

function entities({ data }: Execution, representations: unknown): (Row | null)[] {
  if (!Array.isArray(representations)) throw new Error('representations are a list')
  return representations.map((each: Readonly<Record<string, unknown>>) => {
    const row = data.find(String(each.__typename), String(each.id ?? each.upc))
    if (row?.__typename !== 'Product') return row ?? null
    // What @requires asks for is taken from the representation only.
    return { ...row, shippingEstimate: shippingEstimate(each.price, each.weight) }
  })
}

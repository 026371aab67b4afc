import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type ExecutionResult, GraphQLError } from 'graphql'
import { placeOf } from '../../src/engine/absent-entities.ts'
import { applyRewrites } from '../../src/engine/compiling/rewrites.ts'
import type { TypeTest } from '../../src/engine/compiling/type-tests.ts'
import { getOwn, isObject, type JsonObject, setOwn } from '../../src/engine/plain-data.ts'
import type { SubgraphOperation } from '../../src/subgraphs/subgraph-operation.ts'

type Path = readonly (string | number)[]

/** What a plan gives when it is executed as it is written. */
export type PlainResult = {
  readonly data: JsonObject
  readonly errors: readonly PlainError[]
  /** Places with entities that their subgraph does not show. */
  readonly absent: ReadonlySet<string>
}

/** Where an error belongs, and where the reference, which counts entities instead of representations, says that it does. */
export type PlainError = { readonly error: GraphQLError; readonly inReference: GraphQLError }

/** How what a plan leaves open goes: all parts side by side, or one after the other. */
export const ORDERS = ['together', 'forwards', 'backwards'] as const
export type Order = (typeof ORDERS)[number]

type PlainInput = {
  readonly order: Order
  readonly types: TypeTest
  readonly variables: Readonly<Record<string, unknown>>
  readonly isTrue: (variable: string) => boolean
  readonly ask: (subgraph: string, operation: SubgraphOperation) => Promise<ExecutionResult>
}

/**
 * The measure of engines under faults: what they merge, share, put off or leave out must not be seen. Every fetch of the
 * plan is one request, for each of its entities there is one representation, and an error is where its entity is. Two
 * parallel fetches may write the same place, of which one fails: then what comes last is the plan's chance, and `order`.
 */
export async function executePlainly({ node: root }: QueryPlan, input: PlainInput): Promise<PlainResult> {
  const data: JsonObject = {}
  const errors: PlainError[] = []
  const absent = new Set<string>()
  const report = (original: GraphQLError, path: Path, inReference: Path = path) => {
    const at = (place: Path) =>
      new GraphQLError(original.message, {
        path: place,
        originalError: original,
        extensions: { ...original.extensions, code: original.extensions.code ?? 'DOWNSTREAM_SERVICE_ERROR' },
      })
    errors.push({ error: at(path), inReference: at(inReference) })
  }

  const run = async (node: NonNullable<typeof root>, path: readonly string[]): Promise<void> => {
    switch (node.kind) {
      case 'Subscription':
        await run(node.primary, path)
        return node.rest && run(node.rest, path)
      case 'Sequence':
        for (const child of node.nodes) await run(child, path)
        return
      case 'Parallel':
        if (input.order === 'together') await Promise.all(node.nodes.map((child) => run(child, path)))
        else for (const child of input.order === 'forwards' ? node.nodes : node.nodes.toReversed()) await run(child, path)
        return
      case 'Flatten':
        return run(node.node, [...path, ...node.path.map(String)])
      case 'Condition': {
        const branch = input.isTrue(node.condition) ? node.ifClause : node.elseClause
        return branch && run(branch, path)
      }
      case 'Fetch':
        return node.requires ? fetchEntities(node, node.requires, path) : fetchFields(node, path)
      case 'Defer':
        throw new Error('the planner is not asked for deferred plans')
    }
  }

  const ask = (node: FetchNode, more: JsonObject) => {
    const names = (node.variableUsages ?? []).filter((name) => input.variables[name] !== undefined)
    const variables = { ...Object.fromEntries(names.map((name) => [name, input.variables[name]])), ...more }
    return input.ask(node.serviceName, { query: node.operation, operationName: node.operationName, variables })
  }

  const fetchFields = async (node: FetchNode, path: readonly string[]) => {
    const targets = placesAt(data, path)
    if (targets.length === 0) return
    const answer = await ask(node, {})
    for (const error of answer.errors ?? []) report(error, [...path, ...(error.path ?? [])])
    if (!answer.data) return
    applyRewrites(node.outputRewrites ?? [], answer.data, input.types)
    for (const { object } of targets) merge(object, structuredClone(answer.data), input.types)
  }

  const fetchEntities = async (node: FetchNode, requires: readonly QueryPlanSelectionNode[], path: readonly string[]) => {
    const places = placesAt(data, path)
    const asked = places.flatMap((place) => {
      const representation = represent(place.object, requires, input.types)
      if (!representation?.__typename) return []
      applyRewrites(node.inputRewrites ?? [], representation, input.types)
      return [{ ...place, representation }]
    })
    if (asked.length === 0) return
    const answer = await ask(node, { representations: asked.map(({ representation }) => representation) })
    for (const error of answer.errors ?? []) {
      const [, index, ...rest] = error.path ?? []
      const entity = typeof index === 'number' ? asked[index] : undefined
      if (entity && typeof index === 'number') {
        report(error, [...entity.path, ...rest], [...(places[index]?.path ?? []), ...rest])
      } else report(error, [...path, ...(error.path ?? [])])
    }
    // What a subgraph in memory answers to `_entities` is a list of objects, or nothing at all.
    const received = (answer.data?._entities ?? []) as readonly (JsonObject | null)[]
    if (received.includes(null)) absent.add(placeOf(path))
    for (const [index, { object }] of asked.entries()) {
      const own = received[index]
      if (!own) continue
      own.__typename ??= object.__typename
      applyRewrites(node.outputRewrites ?? [], own, input.types)
      merge(object, own, input.types)
    }
  }

  if (root) await run(root, [])
  return { data, errors, absent }
}

type Place = { readonly object: JsonObject; readonly path: Path }

/** The objects at a path of response names, where `@` is each element of a list. */
function placesAt(value: unknown, path: readonly string[], at: Path = []): readonly Place[] {
  const [step, ...rest] = path
  if (step === '@') return Array.isArray(value) ? value.flatMap((each, index) => placesAt(each, rest, [...at, index])) : []
  if (!isObject(value)) return []
  return step === undefined ? [{ object: value, path: at }] : placesAt(getOwn(value, step), rest, [...at, step])
}

/** Null if a part of what is required has not come. */
function represent(source: unknown, requires: readonly QueryPlanSelectionNode[], types: TypeTest): JsonObject | null {
  if (!isObject(source)) return null
  const made: JsonObject = {}
  for (const selection of requires) {
    if (selection.kind === 'InlineFragment') {
      const fits = selection.typeCondition !== undefined && types.isOf(source, selection.typeCondition)
      const part = fits ? represent(source, selection.selections, types) : null
      if (part) merge(made, part, types)
      continue
    }
    const name = selection.alias ?? selection.name
    const { selections } = selection
    const own = getOwn(source, name)
    if (own === undefined) return null
    const each = (value: unknown): unknown => (Array.isArray(value) ? value.map(each) : represent(value, selections ?? [], types))
    setOwn(made, name, selections ? each(own) : own)
  }
  return made
}

/** An interface that a subgraph knows as an object is no better name for an object's type than the one it has. */
function merge(target: JsonObject, source: JsonObject, types: TypeTest): void {
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined) continue
    if (name === '__typename' && target.__typename !== undefined && types.isAbstract(String(value))) continue
    setOwn(target, name, joined(getOwn(target, name), value, types))
  }
}

function joined(known: unknown, value: unknown, types: TypeTest): unknown {
  if (isObject(known) && isObject(value)) {
    merge(known, value, types)
    return known
  }
  const isBeside = Array.isArray(known) && Array.isArray(value) && known.length === value.length
  return isBeside ? value.map((item, index) => joined(known[index], item, types)) : value
}

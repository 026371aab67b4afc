import { GraphQLError, Kind, parse } from 'graphql'
import type { Call } from '../subgraphs/call.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import type { SubgraphAnswer, SubgraphOperation } from '../subgraphs/subgraph-operation.ts'
import { copyOf } from './plain-data.ts'

/** Entities that one request asks for at most, unless a single event needs more. */
const MAX_ENTITIES = 1_000

/** What one event's execution asks of a subgraph. */
type Asked = {
  readonly operation: SubgraphOperation
  readonly variables: Readonly<Record<string, unknown>>
  readonly call: Call
  readonly take: (answer: SubgraphAnswer) => void
}

/** The response name of an `_entities` field, and the variable that holds what it asks for. */
type EntitiesField = { readonly alias: string; readonly variable: string }

/**
 * Calls for the executions of several events of one subscription, begun together: what they ask of a subgraph in the same
 * words becomes one request, in which each entity is asked for once. An execution sees the answer to what it asked itself.
 */
export function createEventWindow({ fetch, subscribe }: SubgraphCalls): SubgraphCalls {
  const fieldsOf = entitiesFields()
  let groups = new Map<string, { readonly subgraph: string; readonly asked: Asked[] }>()

  const flush = () => {
    const ready = groups
    groups = new Map()
    for (const { subgraph, asked } of ready.values()) {
      for (const part of partsOf(asked, fieldsOf)) send(subgraph, part)
    }
  }
  const send = (subgraph: string, asked: readonly Asked[]) => {
    const [first] = asked
    if (!first) return
    const alone = () => {
      for (const { operation, call, take } of asked) void fetch(subgraph, operation, call).then(take)
    }
    if (asked.length === 1) return alone()
    const fields = fieldsOf(first.operation.query)
    const merged = mergeAsked(asked, fields)
    const operation = { ...wordsOf(first.operation), variables: merged.variables }
    void fetch(subgraph, operation, first.call).then((answer) => {
      // What one event did to the request must not cost the others their answer.
      const isRefusal = !answer.data && answer.errors?.every((error) => error.extensions.code !== 'UNAVAILABLE')
      if (isRefusal) alone()
      else
        for (const [index, { take }] of asked.entries())
          take(partOf(answer, fields, merged.indices[index] ?? [], merged.lengths, index === 0))
    })
  }

  return {
    subscribe,
    fetch: (subgraph, operation, call) =>
      new Promise((resolve) => {
        const variables = operation.variables ?? {}
        const fields = fieldsOf(operation.query)
        const others = Object.fromEntries(
          Object.entries(variables).filter(([name]) => !fields.some(({ variable }) => variable === name)),
        )
        const key = JSON.stringify([subgraph, operation.query, operation.operationName, others])
        const group = groups.get(key) ?? { subgraph, asked: [] }
        // By then all events have asked what they can ask at this moment.
        if (groups.size === 0) setImmediate(flush)
        groups.set(key, group)
        group.asked.push({ operation, variables, call, take: resolve })
      }),
  }
}

const wordsOf = ({ query, operationName }: SubgraphOperation) => ({ query, operationName })

/** Finds the `_entities` fields of an operation, of each text once. */
function entitiesFields(): (query: string) => readonly EntitiesField[] {
  const known = new Map<string, readonly EntitiesField[]>()
  return (query) => {
    const found = known.get(query) ?? findEntitiesFields(query)
    known.set(query, found)
    return found
  }
}

function findEntitiesFields(query: string): readonly EntitiesField[] {
  return parse(query, { noLocation: true }).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return []
    return definition.selectionSet.selections.flatMap((selection) => {
      if (selection.kind !== Kind.FIELD || selection.name.value !== '_entities') return []
      const value = selection.arguments?.[0]?.value
      return value?.kind === Kind.VARIABLE ? [{ alias: selection.alias?.value ?? '_entities', variable: value.name.value }] : []
    })
  })
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Splits what is asked so that no part asks for too many entities. */
function partsOf(asked: readonly Asked[], fieldsOf: (query: string) => readonly EntitiesField[]): readonly (readonly Asked[])[] {
  const parts: Asked[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const each of asked) {
    const own = fieldsOf(each.operation.query).reduce((sum, { variable }) => sum + listOf(each.variables[variable]).length, 0)
    if (size + own > MAX_ENTITIES) {
      parts.push([])
      size = 0
    }
    size += own
    parts.at(-1)?.push(each)
  }
  return parts
}

/** The variables of one request for all, and for each that asked, per field, where its entities are in the answer. */
function mergeAsked(asked: readonly Asked[], fields: readonly EntitiesField[]) {
  const variables: Record<string, unknown> = { ...asked[0]?.variables }
  const indices: (readonly number[])[][] = asked.map(() => [])
  const lengths: number[] = []
  for (const { variable } of fields) {
    const indexOf = new Map<string, number>()
    const all: unknown[] = []
    for (const [position, each] of asked.entries()) {
      const own = listOf(each.variables[variable]).map((representation) => {
        const text = JSON.stringify(representation)
        const index = indexOf.get(text) ?? all.push(representation) - 1
        indexOf.set(text, index)
        return index
      })
      indices[position]?.push(own)
    }
    variables[variable] = all
    lengths.push(all.length)
  }
  return { variables, indices, lengths }
}

/** The answer as one of those that asked would have got it alone. Only one of them may have the objects themselves. */
function partOf(
  { data, errors, isPlain }: SubgraphAnswer,
  fields: readonly EntitiesField[],
  indices: readonly (readonly number[])[],
  lengths: readonly number[],
  isOwner: boolean,
): SubgraphAnswer {
  // What is copied keeps its type.
  const copied = <Value>(value: Value): Value => (isOwner ? value : (copyOf(value) as Value))
  const positionOf = new Map(fields.map(({ alias }, position) => [alias, position]))
  const own = Object.entries(data ?? {}).map(([name, value]) => {
    const places = indices[positionOf.get(name) ?? -1]
    // A list that breaks the protocol is seen by each as it is.
    const isMerged = places !== undefined && Array.isArray(value) && value.length === lengths[positionOf.get(name) ?? -1]
    return [name, isMerged ? places.map((index) => copied(value[index] as unknown)) : copied(value)] as const
  })
  const reported = (errors ?? []).flatMap((error) => {
    const [name, index, ...rest] = error.path ?? []
    const position = positionOf.get(String(name))
    if (name === undefined || position === undefined || typeof index !== 'number') return [error]
    return (indices[position] ?? []).flatMap((merged, own) => (merged === index ? [withPath(error, [name, own, ...rest])] : []))
  })
  return {
    ...(data === undefined ? {} : { data: data && Object.fromEntries(own) }),
    ...(reported.length > 0 ? { errors: reported } : {}),
    ...(isPlain === undefined ? {} : { isPlain }),
  }
}

const withPath = (error: GraphQLError, path: readonly (string | number)[]) =>
  new GraphQLError(error.message, { path, originalError: error.originalError, extensions: error.extensions })

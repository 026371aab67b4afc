import { silentLog } from '@planet/runtime/log'
import type { SubgraphRequest } from '@planet/runtime/subgraph'
import { type ExecutionResult, GraphQLError } from 'graphql'
import { createAdmission, type GraphqlRequest } from '../../../src/admission/admission.ts'
import { maskResult } from '../../../src/masking.ts'
import type { EventStream, SubgraphTransport } from '../../../src/subgraphs/transport.ts'
import { createMemoryGraph, executeMonolith } from '../memory-graph.ts'
import { EVENTS, WATCHED_SHOP, watchedRows } from './watched-shop.ts'

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@requires", "@provides", "@external", "@override", "@inaccessible", "@interfaceObject"])'

/** Subgraphs in memory that a gateway may stand on; their streams give an event when they are told. */
export type WatchedGraph = {
  readonly supergraphSdl: string
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** The world is as it was before any event. */
  begin(): void
  /** Lets the next event happen. After the last one the streams end. */
  proceed(): void
  /** The right result of each event, by graphql-js on one schema, masked as for a client. Throws for a refused operation. */
  oracle(request: GraphqlRequest): Promise<readonly ExecutionResult[]>
}

/** A subgraph hides what it has no code for, so that it is not taken for a mistake of the request. */
const asFault = (error: GraphQLError) =>
  error.extensions.code === undefined
    ? new GraphQLError(error.message, { path: error.path ?? null, originalError: new Error(error.message) })
    : error

export function createWatchedGraph(): WatchedGraph {
  const texts = Object.entries(WATCHED_SHOP).map(([name, text]) => ({ name, typeDefs: `${LINK}\n${text}` }))
  let event = 0
  let wake = Promise.withResolvers<void>()
  const graph = createMemoryGraph(
    texts,
    watchedRows(() => event),
  )
  const call = graph.begin({})
  const admit = createAdmission(graph.api, { introspection: true })
  const proceed = () => {
    event += 1
    const woken = wake
    wake = Promise.withResolvers()
    woken.resolve()
  }

  const ask = async (name: string, { query, operationName, variables }: SubgraphRequest): Promise<ExecutionResult> => {
    const { data, errors } = await graph.calls.fetch(name, { query, operationName, variables }, call)
    return { ...(data === undefined ? {} : { data }), ...(errors ? { errors: errors.map(asFault) } : {}) }
  }

  const transportTo = (name: string): SubgraphTransport => ({
    execute: (request) => ask(name, request),
    async subscribe(request) {
      let delivered = 0
      const left = Promise.withResolvers<IteratorResult<ExecutionResult, void>>()
      const next = async (): Promise<IteratorResult<ExecutionResult, void>> => {
        while (delivered > event) await wake.promise
        if (event >= EVENTS) return { value: undefined, done: true }
        delivered = event + 1
        return { value: await ask(name, request), done: false }
      }
      const leave = async (): Promise<IteratorResult<ExecutionResult, void>> => {
        left.resolve({ value: undefined, done: true })
        return { value: undefined, done: true }
      }
      const stream: EventStream = {
        next: () => Promise.race([next(), left.promise]),
        return: leave,
        throw: leave,
        [Symbol.asyncDispose]: async () => void (await leave()),
        [Symbol.asyncIterator]: () => stream,
      }
      return stream
    },
    close: async () => {},
  })

  return {
    supergraphSdl: graph.supergraphSdl,
    transports: Object.fromEntries(texts.map(({ name }) => [name, transportTo(name)])),
    begin() {
      event = 0
    },
    proceed,
    async oracle(request) {
      const admission = admit(request)
      if (!admission.ok) throw new Error(`refused: ${admission.errors.map((error) => error.message).join('; ')}`)
      const results: ExecutionResult[] = []
      for (event = 0; event < EVENTS; event++) {
        const result = await executeMonolith(graph.api, graph.rows, admission.operation)
        results.push(maskResult(result, 'request', silentLog))
      }
      return results
    },
  }
}

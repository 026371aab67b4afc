import { codedError, isCoded } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { MAX_REPLY_BYTES } from '@planet/runtime/max-bytes'
import type { ExecutionResult } from 'graphql'
import type { AbortSource } from '../abandonment.ts'
import type { Ask, Call } from './call.ts'
import { mapStream } from './event-stream.ts'
import { shareReads } from './shared-reads.ts'
import { createMakePublic } from './subgraph-errors.ts'
import type { SubgraphAnswer, SubgraphOperation } from './subgraph-operation.ts'
import type { EventStream, SubgraphTransport, TransportRequest } from './transport.ts'

/** A subgraph that has not answered one fetch by then counts as not answering. */
export const FETCH_DEADLINE_MS = 2_000

/**
 * Calls subgraphs on behalf of a client. Never rejects: a subgraph that cannot be reached, or not in time, is a result with
 * the coded error UNAVAILABLE; the cause goes to the log only.
 */
export type SubgraphCalls = {
  fetch(subgraph: string, operation: SubgraphOperation, call: Call): Promise<SubgraphAnswer>
  /** As `fetch`, without a promise. */
  readonly ask?: Ask
  subscribe(subgraph: string, operation: SubgraphOperation, call: Call): Promise<EventStream | ExecutionResult>
}

/** What a subgraph is told about who asks. */
export type Credentials = { readonly viewerToken?: string | undefined; readonly authorization?: string | undefined }

/** What `subgraph` is told with this operation. */
export type CredentialsOf = (call: Call, subgraph: string, operation: SubgraphOperation) => Credentials

/** Reads of one operation that are alike are asked once. */
export function createSubgraphCalls(
  transports: Readonly<Record<string, SubgraphTransport>>,
  credentialsOf: CredentialsOf,
  log: Logger,
  maxReplyBytes = MAX_REPLY_BYTES,
): SubgraphCalls {
  const transportOf = (subgraph: string) => {
    const transport = transports[subgraph]
    if (!transport) throw new Error(`there is no subgraph ${subgraph}`)
    return transport
  }
  const unavailable = (subgraph: string, call: Call, cause: unknown): SubgraphAnswer => {
    if (isCoded(cause)) return { errors: [cause] }
    // A client that has gone is no fault of the subgraph.
    if (!call.signal.aborted) log.warn({ err: cause, subgraph, requestId: call.requestId }, 'a subgraph did not answer')
    return { errors: [codedError('UNAVAILABLE', 'A part of the graph did not answer in time. Try again.')] }
  }
  const makePublic = createMakePublic(log)
  const askOne: Ask = (subgraph, operation, call, takePublic) => {
    const take = (answer: SubgraphAnswer) =>
      takePublic(answer.errors ? makePublic(answer, { subgraph, operation, requestId: call.requestId }) : answer)
    const fail = (cause: unknown) => takePublic(unavailable(subgraph, call, cause))
    try {
      const transport = transportOf(subgraph)
      const request = new PlannedRequest(operation, call, credentialsOf(call, subgraph, operation), maxReplyBytes)
      if (transport.ask) transport.ask(request, take, fail)
      else transport.execute(request).then(take, fail)
    } catch (cause) {
      fail(cause)
    }
  }
  const ask = shareReads(askOne)
  return {
    ask,
    fetch: (subgraph, operation, call) => new Promise((resolve) => ask(subgraph, operation, call, resolve)),
    async subscribe(subgraph, operation, call) {
      try {
        const credentials = credentialsOf(call, subgraph, operation)
        const results = await transportOf(subgraph).subscribe(new PlannedRequest(operation, call, credentials, maxReplyBytes))
        const of = { subgraph, operation, requestId: call.requestId }
        return Symbol.asyncIterator in results ? mapStream(results, (event) => makePublic(event, of)) : makePublic(results, of)
      } catch (cause) {
        return unavailable(subgraph, call, cause)
      }
    },
  }
}

/** Makes `variables` and `signal` for those who read them, which a transport that has the body never does. */
class PlannedRequest implements TransportRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly viewerToken: string | undefined
  readonly authorization: string | undefined
  readonly requestId: string
  readonly abandonment: AbortSource
  readonly parse: SubgraphOperation['parse']
  readonly maxReplyBytes: number
  readonly timeoutMs = FETCH_DEADLINE_MS
  readonly #operation: SubgraphOperation
  readonly #call: Call

  constructor(operation: SubgraphOperation, call: Call, { viewerToken, authorization }: Credentials, maxReplyBytes: number) {
    this.query = operation.query
    this.operationName = operation.operationName
    this.viewerToken = viewerToken
    this.authorization = authorization
    this.requestId = call.requestId
    this.parse = operation.parse
    this.maxReplyBytes = maxReplyBytes
    this.abandonment = call.abandonment ?? call.signal
    this.#operation = operation
    this.#call = call
  }

  get body(): string | undefined {
    return this.#operation.body
  }

  get variables(): Record<string, unknown> | undefined {
    return this.#operation.variables
  }

  weigh(characters: number): void {
    this.#operation.weigh?.(characters)
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }
}

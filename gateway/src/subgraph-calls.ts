import type { Logger } from '@planet/runtime/log'
import type { SubgraphRequest } from '@planet/runtime/subgraph'
import type { ViewerSigner } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import type { Call } from './call.ts'
import { shareReads, unanswered } from './shared-reads.ts'
import type { EventStream, SubgraphTransport, TransportRequest } from './transport.ts'

/** A subgraph that has not answered one fetch by then counts as not answering. */
export const FETCH_DEADLINE_MS = 2_000

/** What a plan asks of one subgraph. */
export type SubgraphOperation = Pick<SubgraphRequest, 'query' | 'operationName' | 'variables'> & {
  /** The same three as JSON, ready to be a request's body. `variables` is then made only for who reads it. */
  readonly body?: string
}

/**
 * A subgraph's result. The data belongs to who asked, and is changed by it: one parsed answer never serves two. `isPlain`
 * is true if no string in it needs escaping in JSON: the body that it was parsed from has no backslash.
 */
export type SubgraphAnswer = ExecutionResult & { readonly isPlain?: boolean }

/**
 * Calls subgraphs on behalf of a viewer, who is signed anew for every call. Never rejects: a subgraph that cannot be
 * reached, or not in time, is a result with the coded error UNAVAILABLE; the cause goes to the log only.
 */
export type SubgraphCalls = {
  fetch(subgraph: string, operation: SubgraphOperation, call: Call): Promise<SubgraphAnswer>
  subscribe(subgraph: string, operation: SubgraphOperation, call: Call): Promise<EventStream | ExecutionResult>
}

/** Reads that are alike are asked once; among anonymous clients only if `sharePublicReads`. */
export function createSubgraphCalls(
  transports: Readonly<Record<string, SubgraphTransport>>,
  signer: ViewerSigner,
  log: Logger,
  options: { readonly sharePublicReads?: boolean } = {},
): SubgraphCalls {
  const transportOf = (subgraph: string) => {
    const transport = transports[subgraph]
    if (!transport) throw new Error(`there is no subgraph ${subgraph}`)
    return transport
  }
  const unavailable = (subgraph: string, call: Call, cause: unknown): SubgraphAnswer => {
    // A client that has gone is no fault of the subgraph.
    if (!call.signal.aborted) log.warn({ err: cause, subgraph, requestId: call.requestId }, 'a subgraph did not answer')
    return unanswered()
  }
  const fetch: SubgraphCalls['fetch'] = async (subgraph, operation, call) => {
    try {
      const viewerToken = await signer.sign(call.viewer)
      return await transportOf(subgraph).execute(requestOf(operation, call, viewerToken))
    } catch (cause) {
      return unavailable(subgraph, call, cause)
    }
  }
  return {
    fetch: shareReads(fetch, { acrossRequests: options.sharePublicReads ?? false }),
    async subscribe(subgraph, operation, call) {
      try {
        const viewerToken = await signer.sign(call.viewer)
        return await transportOf(subgraph).subscribe(requestOf(operation, call, viewerToken))
      } catch (cause) {
        return unavailable(subgraph, call, cause)
      }
    },
  }
}

const requestOf = (operation: SubgraphOperation, { requestId, signal }: Call, viewerToken: string): TransportRequest => ({
  query: operation.query,
  operationName: operation.operationName,
  // The engine may make it only when it is read, which a transport that has the body never does.
  get variables() {
    return operation.variables
  },
  body: operation.body,
  viewerToken,
  requestId,
  signal,
  timeoutMs: FETCH_DEADLINE_MS,
})

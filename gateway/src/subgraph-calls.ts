import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import type { SubgraphRequest } from '@planet/runtime/subgraph'
import type { ViewerSigner } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import type { Call } from './call.ts'
import type { EventStream, SubgraphTransport } from './transport.ts'

/** A subgraph that has not answered one fetch by then counts as not answering. */
export const FETCH_DEADLINE_MS = 2_000

/** What a plan asks of one subgraph. */
export type SubgraphOperation = Pick<SubgraphRequest, 'query' | 'operationName' | 'variables'> & {
  /** The same three as JSON, ready to be a request's body. `variables` is then made only for who reads it. */
  readonly body?: string
}

/**
 * The data belongs to who asked, and is changed by it: one parsed answer never serves two. `isPlain` is true if no string in it needs escaping in JSON: the body that it was
 * parsed from has no backslash.
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

export function createSubgraphCalls(
  transports: Readonly<Record<string, SubgraphTransport>>,
  signer: ViewerSigner,
  log: Logger,
): SubgraphCalls {
  const transportOf = (subgraph: string) => {
    const transport = transports[subgraph]
    if (!transport) throw new Error(`there is no subgraph ${subgraph}`)
    return transport
  }
  const requestOf = async (operation: SubgraphOperation, call: Call, signal: AbortSignal): Promise<SubgraphRequest> => ({
    query: operation.query,
    operationName: operation.operationName,
    variables: operation.variables,
    viewerToken: await signer.sign(call.viewer),
    requestId: call.requestId,
    signal,
  })
  const unavailable = (subgraph: string, call: Call, cause: unknown): ExecutionResult => {
    // A client that has gone is no fault of the subgraph.
    if (!call.signal.aborted) log.warn({ err: cause, subgraph, requestId: call.requestId }, 'a subgraph did not answer')
    return { errors: [codedError('UNAVAILABLE', 'A part of the graph did not answer in time. Try again.')] }
  }
  return {
    async fetch(subgraph, operation, call) {
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(FETCH_DEADLINE_MS)])
      try {
        const request = await requestOf(operation, call, signal)
        return await unlessAborted(transportOf(subgraph).execute(request), signal)
      } catch (cause) {
        return unavailable(subgraph, call, cause)
      }
    },
    async subscribe(subgraph, operation, call) {
      try {
        return await transportOf(subgraph).subscribe(await requestOf(operation, call, call.signal))
      } catch (cause) {
        return unavailable(subgraph, call, cause)
      }
    },
  }
}

/** A subgraph in this process does not hear the signal everywhere, so its answer is not waited for. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

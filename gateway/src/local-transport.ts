import type { Subgraph } from '@planet/runtime/subgraph'
import type { ExecutionResult } from 'graphql'
import { startDeadline } from './deadline.ts'
import type { SubgraphTransport, TransportRequest } from './transport.ts'

/** Calls a subgraph in this process, which keeps its documents parsed. Whoever started the subgraph closes it. */
export const createLocalTransport = (subgraph: Subgraph): SubgraphTransport => ({
  execute: (request) => executeInTime(subgraph, request),
  subscribe: (request) => subgraph.subscribe(request),
  close: async () => {},
})

/** The subgraph does not hear its signal everywhere, so its answer is not waited for. */
function executeInTime(subgraph: Subgraph, request: TransportRequest): Promise<ExecutionResult> {
  return new Promise((resolve, reject) => {
    const own = new AbortController()
    const giveUp = (reason: unknown) => {
      own.abort(reason)
      reject(reason)
    }
    const onAbort = () => giveUp(request.signal.reason)
    if (request.signal.aborted) return onAbort()
    request.signal.addEventListener('abort', onAbort, { once: true })
    const callOff = startDeadline(request.timeoutMs, giveUp)
    const { query, operationName, variables, viewerToken, requestId } = request
    subgraph
      .execute({ query, operationName, variables, viewerToken, requestId, signal: own.signal })
      .then(resolve, reject)
      .finally(() => {
        callOff()
        request.signal.removeEventListener('abort', onAbort)
      })
  })
}

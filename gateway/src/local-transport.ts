import type { Subgraph } from '@planet/runtime/subgraph'
import type { SubgraphTransport } from './transport.ts'

/** Calls a subgraph in this process, which keeps its documents parsed. Whoever started the subgraph closes it. */
export const createLocalTransport = (subgraph: Subgraph): SubgraphTransport => ({
  execute: (request) => unlessAborted(subgraph.execute(request), request.signal),
  subscribe: (request) => subgraph.subscribe(request),
  close: async () => {},
})

/** The subgraph does not hear the signal everywhere, so its answer is not waited for. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

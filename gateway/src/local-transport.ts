import type { Subgraph } from '@planet/runtime/subgraph'
import type { SubgraphTransport } from './transport.ts'

/** Calls a subgraph in this process. Whoever started the subgraph closes it. */
export const createLocalTransport = (subgraph: Subgraph): SubgraphTransport => ({
  execute: (request) => subgraph.execute(request),
  subscribe: (request) => subgraph.subscribe(request),
  close: async () => {},
})

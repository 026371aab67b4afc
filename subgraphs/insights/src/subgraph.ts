import { openPools } from '@planet/runtime/database-pools'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createIdentityConsumer, createInsightsConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { resolvers } from './resolvers/index.ts'

/** The insights subgraph; it does not listen. */
export function createInsightsSubgraph({ databaseUrl, events, clock, viewerKeys, log }: SubgraphDeps): Subgraph {
  const pools = openPools(databaseUrl, 'insights')
  return defineSubgraph({
    name: 'insights',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys,
    log,
    createContext: (caller) => createContext(pools.dbFor(caller), () => clock.now(), caller.viewer),
    workers: [createInsightsConsumer(pools.workers, events, log), createIdentityConsumer(pools.workers, events, log)],
    close: () => pools.close(),
  })
}

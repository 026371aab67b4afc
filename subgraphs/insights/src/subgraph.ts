import { openPools } from '@planet/runtime/database-pools'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createIdentityConsumer, createInsightsConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { createHeartbeats } from './heartbeats/heartbeats.ts'
import { resolvers } from './resolvers/index.ts'

/** The insights subgraph; it does not listen. `machineNow` is what heartbeats are kept by. */
export function createInsightsSubgraph(deps: SubgraphDeps, machineNow: () => Date = () => new Date()): Subgraph {
  const { databaseUrl, events, clock, log } = deps
  const pools = openPools(databaseUrl, 'insights')
  const heartbeats = createHeartbeats({ db: pools.workers.db, machineNow, log })
  const shared = { now: clock.now, hear: heartbeats.hear }
  return defineSubgraph({
    name: 'insights',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log,
    createContext: (caller) => createContext(pools.dbFor(caller), shared, caller.viewer),
    workers: [
      createInsightsConsumer(pools.workers, events, log),
      createIdentityConsumer(pools.workers, events, log),
      heartbeats.worker,
    ],
    close: () => pools.close(),
  })
}

import { openPools } from '@planet/runtime/database-pools'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createIncentivesConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The incentives subgraph; it does not listen. */
export function createIncentivesSubgraph(deps: SubgraphDeps): Subgraph {
  const pools = openPools(deps.databaseUrl, 'incentives')
  return defineSubgraph({
    name: 'incentives',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (caller) => createContext(pools.dbFor(caller), deps.clock.now, caller.viewer),
    workers: [createIncentivesConsumer(pools.workers, deps), createKeyExpiry(pools.workers.db, idempotencyKeys, deps.log)],
    close: () => pools.close(),
  })
}

import { openPools } from '@planet/runtime/database-pools'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createCirclesConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The circles subgraph; it does not listen. */
export function createCirclesSubgraph(deps: SubgraphDeps): Subgraph {
  const { events, clock, log } = deps
  const pools = openPools(deps.databaseUrl, 'circles')
  return defineSubgraph({
    name: 'circles',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log,
    createContext: (caller) => createContext(pools.dbFor(caller), events, () => clock.now(), caller.viewer),
    workers: [createCirclesConsumer(pools.workers, events, log), createKeyExpiry(pools.workers.db, idempotencyKeys, log)],
    close: () => pools.close(),
  })
}

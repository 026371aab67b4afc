import { PUBLISHED_LIMITS } from '@planet/runtime/caller-limits'
import { openPools } from '@planet/runtime/database-pools'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The creators subgraph; it does not listen. */
export function createCreatorsSubgraph(deps: SubgraphDeps): Subgraph {
  const pools = openPools(deps.databaseUrl, 'creators')
  return defineSubgraph({
    name: 'creators',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (caller) =>
      createContext(pools.dbFor(caller), deps.events, deps.clock.now, deps.limits ?? PUBLISHED_LIMITS, caller.viewer),
    workers: [createKeyExpiry(pools.workers.db, idempotencyKeys, deps.log)],
    close: () => pools.close(),
  })
}

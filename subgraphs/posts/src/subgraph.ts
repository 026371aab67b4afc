import { openPools } from '@planet/runtime/database-pools'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createContext } from './context.ts'
import { createPostsConsumer } from './copies/consumer.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The posts subgraph; it does not listen. */
export function createPostsSubgraph(deps: SubgraphDeps): Subgraph {
  const pools = openPools(deps.databaseUrl, 'posts')
  return defineSubgraph({
    name: 'posts',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (caller) => createContext(pools.dbFor(caller), deps.events, deps.clock.now, caller.viewer),
    workers: [
      createPostsConsumer(pools.workers, deps.events, deps.log),
      createKeyExpiry(pools.workers.db, idempotencyKeys, deps.log),
    ],
    close: () => pools.close(),
  })
}

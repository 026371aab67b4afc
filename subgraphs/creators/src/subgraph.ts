import { PUBLISHED_LIMITS } from '@planet/runtime/caller-limits'
import { openDatabase } from '@planet/runtime/database'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The creators subgraph; it does not listen. */
export function createCreatorsSubgraph(deps: SubgraphDeps): Subgraph {
  const database = openDatabase({ url: deps.databaseUrl, role: 'planet_creators', audience: 'interactive' })
  return defineSubgraph({
    name: 'creators',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (viewer) => createContext(database.db, deps.events, deps.clock.now, deps.limits ?? PUBLISHED_LIMITS, viewer),
    workers: [createKeyExpiry(database.db, idempotencyKeys, deps.log)],
    close: () => database.close(),
  })
}

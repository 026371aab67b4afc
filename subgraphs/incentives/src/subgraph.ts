import { openDatabase } from '@planet/runtime/database'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createIncentivesConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The incentives subgraph; it does not listen. */
export function createIncentivesSubgraph(deps: SubgraphDeps): Subgraph {
  const database = openDatabase({ url: deps.databaseUrl, role: 'planet_incentives', audience: 'interactive' })
  return defineSubgraph({
    name: 'incentives',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (viewer) => createContext(database.db, deps.clock.now, viewer),
    workers: [createIncentivesConsumer(database, deps), createKeyExpiry(database.db, idempotencyKeys, deps.log)],
    close: () => database.close(),
  })
}

import { openDatabase } from '@planet/runtime/database'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createAttributionTokens } from './attribution.ts'
import { createCreatorConsumer, createTradingConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { createMatchingWorker } from './matching.ts'
import { createOutcomeWorker } from './outcomes.ts'
import { createPredictionWorker } from './predictions.ts'
import { resolvers } from './resolvers/index.ts'

/** The trading subgraph; it does not listen. */
export function createTradingSubgraph(deps: SubgraphDeps): Subgraph {
  const database = openDatabase({ url: deps.databaseUrl, role: 'planet_trading', audience: 'interactive' })
  const attribution = createAttributionTokens(deps.attributionSecret)
  return defineSubgraph({
    name: 'trading',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (viewer) => createContext({ db: database.db, attribution, events: deps.events }, deps.clock.now(), viewer),
    // In this order what is received is judged in one round of `idle`.
    workers: [
      createTradingConsumer(database, deps),
      createCreatorConsumer(database, deps),
      createMatchingWorker(database.db, deps),
      createOutcomeWorker(database.db, deps),
      createPredictionWorker(database.db, deps),
      createKeyExpiry(database.db, idempotencyKeys, deps.log),
    ],
    close: () => database.close(),
  })
}

import { openPools } from '@planet/runtime/database-pools'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createContext } from './context.ts'
import { createCreatorConsumer, createTradingConsumer } from './copies/consumer.ts'
import { idempotencyKeys } from './db/tables.ts'
import { createAttributionTokens } from './orders/attribution.ts'
import { createMatchingWorker } from './orders/workers.ts'
import { wakeOutcomeOfPost } from './outcomes/db/signal-outcome.ts'
import { openOutcome } from './outcomes/open-outcome.ts'
import { createDayMarkWorker, createOutcomeWorker, createRejudgingWorker } from './outcomes/workers.ts'
import { insertPredictionOnce } from './predictions/db/prediction.ts'
import { createPredictionWorker } from './predictions/workers.ts'
import { resolvers } from './resolvers/index.ts'

/** The trading subgraph; it does not listen. */
export function createTradingSubgraph(deps: SubgraphDeps): Subgraph {
  const pools = openPools(deps.databaseUrl, 'trading')
  const attribution = createAttributionTokens(deps.attributionSecret)
  const consumer = createTradingConsumer(pools.workers, deps, {
    signalPublished: openOutcome,
    postRetracted: wakeOutcomeOfPost,
    predictionLocked: insertPredictionOnce,
  })
  return defineSubgraph({
    name: 'trading',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (caller) =>
      createContext({ db: pools.dbFor(caller), attribution, events: deps.events }, deps.clock.now(), caller.viewer),
    // In this order what is received is judged in one round of `idle`.
    workers: [
      consumer,
      createCreatorConsumer(pools.workers, deps),
      createMatchingWorker(pools.workers.db, deps),
      createRejudgingWorker(pools.workers.db, deps),
      createOutcomeWorker(pools.workers.db, deps),
      createDayMarkWorker(pools.workers.db, deps, consumer),
      createPredictionWorker(pools.workers.db, deps),
      createKeyExpiry(pools.workers.db, idempotencyKeys, deps.log),
    ],
    close: () => pools.close(),
  })
}

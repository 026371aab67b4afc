import { openDatabase } from '@planet/runtime/database'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createCirclesConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The circles subgraph; it does not listen. */
export function createCirclesSubgraph(deps: SubgraphDeps): Subgraph {
  const { events, clock, log } = deps
  const connect = { url: deps.databaseUrl, role: 'planet_circles' }
  const database = openDatabase({ ...connect, audience: 'interactive' })
  const relayDatabase = openDatabase({ ...connect, audience: 'relay' })
  return defineSubgraph({
    name: 'circles',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log,
    createContext: (viewer) => createContext(database.db, events, () => clock.now(), viewer),
    workers: [createCirclesConsumer(relayDatabase, events, log), createKeyExpiry(relayDatabase.db, idempotencyKeys, log)],
    close: async () => {
      await Promise.all([database.close(), relayDatabase.close()])
    },
  })
}

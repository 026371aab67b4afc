import { openDatabase } from '@planet/runtime/database'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createIdentityConsumer, createInsightsConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { resolvers } from './resolvers/index.ts'

/** The insights subgraph; it does not listen. */
export function createInsightsSubgraph({ databaseUrl, events, clock, viewerKeys, log }: SubgraphDeps): Subgraph {
  const connect = { url: databaseUrl, role: 'planet_insights' }
  const database = openDatabase({ ...connect, audience: 'interactive' })
  const relayDatabase = openDatabase({ ...connect, audience: 'relay' })
  return defineSubgraph({
    name: 'insights',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys,
    log,
    createContext: (viewer) => createContext(database.db, () => clock.now(), viewer),
    workers: [createInsightsConsumer(relayDatabase, events, log), createIdentityConsumer(relayDatabase, events, log)],
    close: async () => {
      await Promise.all([database.close(), relayDatabase.close()])
    },
  })
}

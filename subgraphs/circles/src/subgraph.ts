import { openDatabase } from '@planet/runtime/database'
import { createConsumer } from '@planet/runtime/event-consumer'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createContext } from './context.ts'
import { consumerPositions } from './db/tables.ts'
import { CONSUMED_TYPES, handleEvent } from './events.ts'
import { resolvers } from './resolvers/index.ts'

/** The circles subgraph; it does not listen. */
export function createCirclesSubgraph(deps: SubgraphDeps): Subgraph {
  const connect = { url: deps.databaseUrl, role: 'planet_circles' }
  const database = openDatabase({ ...connect, audience: 'interactive' })
  const relayDatabase = openDatabase({ ...connect, audience: 'relay' })
  const consumer = createConsumer({
    name: 'circles',
    database: relayDatabase,
    events: deps.events,
    types: CONSUMED_TYPES,
    positionTable: consumerPositions,
    log: deps.log,
    handle: handleEvent,
  })
  return defineSubgraph({
    name: 'circles',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerSecret: deps.viewerSecret,
    log: deps.log,
    createContext: (viewer) => createContext(database.db, deps.clock.now, viewer),
    workers: [consumer],
    close: async () => {
      await Promise.all([database.close(), relayDatabase.close()])
    },
  })
}

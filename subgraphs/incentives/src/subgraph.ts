import { openDatabase } from '@planet/runtime/database'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createIncentivesConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { resolvers } from './resolvers/index.ts'

/** The incentives subgraph; it does not listen. */
export function createIncentivesSubgraph(deps: SubgraphDeps): Subgraph {
  const database = openDatabase({ url: deps.databaseUrl, role: 'planet_incentives', audience: 'interactive' })
  return defineSubgraph({
    name: 'incentives',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerSecret: deps.viewerSecret,
    rates: deps.rates,
    log: deps.log,
    createContext: (viewer) => createContext(database.db, deps.clock.now, viewer),
    workers: [createIncentivesConsumer(database, deps)],
    close: () => database.close(),
  })
}

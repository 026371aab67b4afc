import { openDatabase } from '@planet/runtime/database'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createConsensusFeeds } from './consensus-feeds.ts'
import { createLiveConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { resolvers } from './resolvers/index.ts'

/** The live subgraph; it does not listen. */
export function createLiveSubgraph(deps: SubgraphDeps): Subgraph {
  const { databaseUrl: url, events, clock, log } = deps
  const database = openDatabase({ url, role: 'planet_live', audience: 'interactive' })
  const consensusFeeds = createConsensusFeeds({ db: database.db, events, clock, log })
  return defineSubgraph({
    name: 'live',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerSecret: deps.viewerSecret,
    log,
    createContext: (viewer) => createContext(database.db, consensusFeeds, clock.now, viewer),
    workers: [createLiveConsumer(database, events, log)],
    close: () => {
      consensusFeeds.close()
      return database.close()
    },
  })
}

import { openDatabase } from '@planet/runtime/database'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createPostsConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { idempotencyKeys } from './db/tables.ts'
import { resolvers } from './resolvers/index.ts'

/** The posts subgraph; it does not listen. */
export function createPostsSubgraph(deps: SubgraphDeps): Subgraph {
  const database = openDatabase({ url: deps.databaseUrl, role: 'planet_posts', audience: 'interactive' })
  return defineSubgraph({
    name: 'posts',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log: deps.log,
    createContext: (viewer) => createContext(database.db, deps.events, deps.clock.now, viewer),
    workers: [createPostsConsumer(database, deps.events, deps.log), createKeyExpiry(database.db, idempotencyKeys, deps.log)],
    close: () => database.close(),
  })
}

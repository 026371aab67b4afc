import { openDatabase } from '@planet/runtime/database'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createLiveConsumer } from './consumer.ts'
import { createContext } from './context.ts'
import { createCorrelationSearch } from './correlation-search.ts'
import { idempotencyKeys } from './db/tables.ts'
import { createPresence } from './presence.ts'
import { resolvers } from './resolvers/index.ts'
import { createRooms } from './rooms.ts'
import { createSnapshotWorker } from './snapshots.ts'
import { createStreams } from './streams.ts'
import { createTurns } from './turns.ts'
import { createVoteBox } from './vote-box.ts'

/** In one session, of those that wait for one row. */
const TURNS = { atOnce: 2, maxWaiting: 500 }

/** The live subgraph; it does not listen. `machineNow` is what signs of life are kept by, and floods. */
export function createLiveSubgraph(deps: SubgraphDeps, machineNow: () => Date = () => new Date()): Subgraph {
  const { databaseUrl: url, events, clock, log } = deps
  const database = openDatabase({ url, role: 'planet_live', audience: 'interactive' })
  const { db } = database
  const rooms = createRooms(db, clock.now)
  const voteBox = createVoteBox(db, clock.now)
  const streams = createStreams({ db, rooms, events, clock, log })
  const presence = createPresence({ db, machineNow, now: clock.now, log })
  const crowd = { voteBox, presence, turns: createTurns(TURNS), machineNow }
  return defineSubgraph({
    name: 'live',
    folder: new URL('../', import.meta.url),
    resolvers,
    viewerKeys: deps.viewerKeys,
    rates: deps.rates,
    log,
    createContext: (viewer) => createContext({ db, rooms, streams, crowd, now: clock.now }, viewer),
    workers: [
      createLiveConsumer(database, events, log),
      createSnapshotWorker(db, rooms, deps),
      createCorrelationSearch(db, deps),
      presence.worker,
      createKeyExpiry(db, idempotencyKeys, log),
    ],
    close: () => {
      streams.close()
      return database.close()
    },
  })
}

import { openPools } from '@planet/runtime/database-pools'
import { createKeyExpiry } from '@planet/runtime/key-expiry'
import { defineSubgraph, type Subgraph, type SubgraphDeps } from '@planet/runtime/subgraph'
import { createPresence } from './audience/presence.ts'
import { createContext } from './context.ts'
import { createLiveConsumer } from './copies/consumer.ts'
import { idempotencyKeys } from './db/tables.ts'
import { createCorrelationSearch } from './predictions/correlation-search.ts'
import { reactions } from './reactions.ts'
import { resolvers } from './resolvers/index.ts'
import { createStreams } from './streams.ts'
import { createTurns } from './turns.ts'
import { joinVoters } from './voting/reweigh.ts'
import { createRooms } from './voting/rooms.ts'
import { createSnapshotWorker } from './voting/snapshots.ts'
import { createVoteBox } from './voting/vote-box.ts'

/** In one session, of those that wait for one row. */
const TURNS = { atOnce: 2, maxWaiting: 500 }

/** The live subgraph; it does not listen. `machineNow` is what signs of life are kept by, and floods. */
export function createLiveSubgraph(deps: SubgraphDeps, machineNow: () => Date = () => new Date()): Subgraph {
  const { databaseUrl: url, events, clock, log } = deps
  const pools = openPools(url, 'live')
  const { db } = pools.shared
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
    createContext: (caller) => createContext({ db: pools.dbFor(caller), rooms, streams, crowd, now: clock.now }, caller.viewer),
    workers: [
      createLiveConsumer(pools.workers, events, reactions, log),
      createSnapshotWorker(pools.workers.db, rooms, deps),
      createCorrelationSearch(pools.workers.db, joinVoters, deps),
      presence.worker,
      createKeyExpiry(pools.workers.db, idempotencyKeys, log),
    ],
    close: () => {
      streams.close()
      return pools.close()
    },
  })
}

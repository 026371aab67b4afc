import { setImmediate as breathe } from 'node:timers/promises'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { countReweighing } from '../voting/db/vote.ts'
import { refreshVotingClusters, replacePairs } from '../voting/db/voting-cluster.ts'
import { correlatedPairs } from '../voting/domain/identity-cluster.ts'
import { emitVotesReweighed } from '../voting/events.ts'
import { findHistories, findUnsearchedPrediction, markSearched } from './db/vote-history.ts'

/**
 * Looks for accounts that vote as one whenever a prediction has been settled, among those who voted on it, so that no vote
 * has to wait for it. Any number of replicas may run.
 */
export const createCorrelationSearch = (db: Db, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker =>
  createTicker({ name: 'correlations', clock, log, step: (now) => searchNext(db, now) })

/** True if there was a prediction to search: there may be more. */
async function searchNext(db: Db, now: Date): Promise<boolean> {
  const predictionId = await findUnsearchedPrediction(db)
  if (!predictionId) return false
  const histories = await findHistories(db, predictionId)
  const pairs: (readonly [Id<'User'>, Id<'User'>])[] = []
  for (const found of correlatedPairs(histories)) {
    pairs.push(...found)
    // A large room takes seconds, in which requests must be answered.
    await breathe()
  }
  await db.transaction(async (tx) => {
    await markSearched(tx, predictionId)
    await replacePairs(
      tx,
      histories.map((history) => history.userId),
      pairs,
    )
    const changed = await refreshVotingClusters(tx)
    for (const sessionId of await countReweighing(tx, changed)) await emitVotesReweighed(tx, now, { sessionId })
  })
  return true
}

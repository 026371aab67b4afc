import { setImmediate as breathe } from 'node:timers/promises'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { correlatedPairs } from '../voting/domain/identity-cluster.ts'
import { findHistories, findUnsearchedPrediction, markSearched } from './db/vote-history.ts'

type UserId = Id<'User'>
type Pair = readonly [UserId, UserId]

/** Takes account of which of `voters` vote as one. */
type JoinVoters = (tx: Tx, voters: readonly UserId[], pairs: readonly Pair[], at: Date) => Promise<void>

/**
 * Looks for accounts that vote as one whenever a prediction has been settled, among those who voted on it, so that no vote
 * has to wait for it. Any number of replicas may run.
 */
export const createCorrelationSearch = (
  db: Db,
  joinVoters: JoinVoters,
  { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>,
): Worker => createTicker({ name: 'correlations', clock, log, step: (now) => searchNext(db, joinVoters, now) })

/** True if there was a prediction to search: there may be more. */
async function searchNext(db: Db, joinVoters: JoinVoters, now: Date): Promise<boolean> {
  const predictionId = await findUnsearchedPrediction(db)
  if (!predictionId) return false
  const histories = await findHistories(db, predictionId)
  const pairs: Pair[] = []
  for (const found of correlatedPairs(histories)) {
    pairs.push(...found)
    // A large room takes seconds, in which requests must be answered.
    await breathe()
  }
  await db.transaction(async (tx) => {
    await markSearched(tx, predictionId)
    await joinVoters(
      tx,
      histories.map((history) => history.userId),
      pairs,
      now,
    )
  })
  return true
}

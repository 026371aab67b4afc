import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { VotesReweighed } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import { countReweighing } from './db/vote.ts'
import { refreshVotingClusters, replacePairs } from './db/voting-cluster.ts'

type UserId = Id<'User'>

/** What is known of `userIds` has changed, and with it what their votes weigh in sessions that are live. */
export async function reweigh(tx: Tx, userIds: readonly UserId[], at: Date): Promise<void> {
  for (const sessionId of await countReweighing(tx, userIds)) await emit(tx, VotesReweighed, at, { sessionId })
}

/** An identity check tells something new of whose an account is. */
export async function reweighIdentity(tx: Tx, userId: UserId, at: Date): Promise<void> {
  await reweigh(tx, [userId, ...(await refreshVotingClusters(tx))], at)
}

/** `pairs` are those of `userIds` that vote as one. */
export async function joinVoters(
  tx: Tx,
  userIds: readonly UserId[],
  pairs: readonly (readonly [UserId, UserId])[],
  at: Date,
): Promise<void> {
  await replacePairs(tx, userIds, pairs)
  await reweigh(tx, await refreshVotingClusters(tx), at)
}

import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { insertSnapshotOnce } from './db/snapshot.ts'
import { freezeVotes } from './db/vote.ts'
import type { RoomConsensus } from './domain/room.ts'
import type { Vote } from './domain/vote.ts'

/** Keeps the consensus of a session that ends as it is, and what each of its votes weighs. */
export async function keepConsensus(
  tx: Tx,
  sessionId: Id<'LiveSession'>,
  consensus: RoomConsensus,
  votes: readonly Vote[],
): Promise<void> {
  await freezeVotes(tx, sessionId, votes)
  if (consensus.state !== 'HIDDEN') await insertSnapshotOnce(tx, sessionId, consensus)
}

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { findHostRecords, findPagesOfPredictions, type HostRecordRow, type PredictionRow } from './db/prediction.ts'
import { findPagesOfSnapshots, type SnapshotRow } from './db/snapshot.ts'
import { findVotesOfUser, type VoteRow } from './db/vote.ts'
import type { Rooms, SessionConsensus } from './rooms.ts'

type SessionId = Id<'LiveSession'>

export type VoteLoaders = {
  readonly consensus: DataLoader<SessionId, SessionConsensus | null>
  /** The viewer's own; null for an anonymous viewer. */
  readonly viewerVote: DataLoader<SessionId, VoteRow | null>
  readonly snapshotsOfSession: PageLoader<SessionId, SnapshotRow>
  readonly predictionsOfSession: PageLoader<SessionId, PredictionRow>
  readonly hostRecord: DataLoader<Id<'User'>, HostRecordRow>
}

/** They batch and keep nothing, because votes come while a subscription, which is one request, runs. */
export function createVoteLoaders(db: Db, rooms: Rooms, viewerId: Id<'User'> | null): VoteLoaders {
  const fresh = { cache: false }
  return {
    consensus: new DataLoader((ids) => rooms.read(ids), fresh),
    viewerVote: new DataLoader(
      (ids) => (viewerId ? findVotesOfUser(db, ids, viewerId) : Promise.resolve(ids.map(() => null))),
      fresh,
    ),
    snapshotsOfSession: createPageLoader((ids, page) => findPagesOfSnapshots(db, ids, page)),
    predictionsOfSession: createPageLoader((ids, page) => findPagesOfPredictions(db, ids, page)),
    hostRecord: new DataLoader((ids) => findHostRecords(db, ids), fresh),
  }
}

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import type { LiveSessionRow } from './db/live-session.ts'
import { findHostRecords, findPagesOfPredictions, type HostRecordRow, type PredictionRow } from './db/prediction.ts'
import { findPagesOfSnapshots, findProbabilitiesAt, type Moment, type SnapshotRow } from './db/snapshot.ts'
import { findVotesOfUser, type VoteRow } from './db/vote.ts'
import type { Rooms, SessionConsensus } from './rooms.ts'

type SessionId = Id<'LiveSession'>

export type VoteLoaders = {
  /** Of a session that has just been read. */
  readonly consensusOf: (session: LiveSessionRow) => SessionConsensus | Promise<SessionConsensus | null>
  /** `probabilityUp` of a session's latest snapshot at a moment; null if there is none or it had no figure. */
  readonly probabilityAt: DataLoader<Moment, number | null>
  /** The viewer's own; null for an anonymous viewer. */
  readonly viewerVote: DataLoader<SessionId, VoteRow | null>
  readonly snapshotsOfSession: PageLoader<SessionId, SnapshotRow>
  readonly predictionsOfSession: PageLoader<SessionId, PredictionRow>
  readonly hostRecord: DataLoader<Id<'User'>, HostRecordRow>
}

/** They batch and keep nothing, because votes come while a subscription, which is one request, runs. */
export function createVoteLoaders(db: Db, rooms: Rooms, viewerId: Id<'User'> | null): VoteLoaders {
  const fresh = { cache: false }
  const consensus = new DataLoader<SessionId, SessionConsensus | null>((ids) => rooms.read(ids), fresh)
  return {
    consensusOf: (session) => rooms.recall(session) ?? consensus.load(session.id),
    probabilityAt: new DataLoader((moments) => findProbabilitiesAt(db, moments), fresh),
    viewerVote: new DataLoader(
      (ids) => (viewerId ? findVotesOfUser(db, ids, viewerId) : Promise.resolve(ids.map(() => null))),
      fresh,
    ),
    snapshotsOfSession: createPageLoader((ids, page) => findPagesOfSnapshots(db, ids, page)),
    predictionsOfSession: createPageLoader((ids, page) => findPagesOfPredictions(db, ids, page)),
    hostRecord: new DataLoader((ids) => findHostRecords(db, ids), fresh),
  }
}

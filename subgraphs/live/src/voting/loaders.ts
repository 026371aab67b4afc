import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import type { Given } from '../loaders.ts'
import { findHostRecords, findPagesOfPredictions, type HostRecordRow, type PredictionRow } from '../predictions/db/prediction.ts'
import type { LiveSessionRow } from '../sessions/db/live-session.ts'
import { findPagesOfSnapshots, findProbabilitiesAt, type Moment, type SnapshotRow } from './db/snapshot.ts'
import { findVotesOfUser, type VoteRow } from './db/vote.ts'
import type { SessionConsensus } from './rooms.ts'

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

const FRESH = { cache: false }

/** They batch and keep nothing, because votes come while a subscription, which is one request, runs. */
export const voteLoaders: Makers<VoteLoaders, Given> = {
  consensusOf: ({ rooms }) => {
    const consensus = new DataLoader<SessionId, SessionConsensus | null>((ids) => rooms.read(ids), FRESH)
    return (session) => rooms.recall(session) ?? consensus.load(session.id)
  },
  probabilityAt: ({ db }) => new DataLoader((moments) => findProbabilitiesAt(db, moments), FRESH),
  viewerVote: ({ db, viewerId }) =>
    new DataLoader(async (ids) => (viewerId ? findVotesOfUser(db, ids, viewerId) : ids.map(() => null)), FRESH),
  snapshotsOfSession: ({ db }) => createPageLoader((ids, page) => findPagesOfSnapshots(db, ids, page)),
  predictionsOfSession: ({ db }) => createPageLoader((ids, page) => findPagesOfPredictions(db, ids, page)),
  hostRecord: ({ db }) => new DataLoader((ids) => findHostRecords(db, ids), FRESH),
}

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import type { LiveSessionRow } from '../sessions/db/live-session.ts'
import { findPagesOfSnapshots, findProbabilitiesAt, type Moment, type SnapshotRow } from './db/snapshot.ts'
import { findVotesOfUser, type VoteRow } from './db/vote.ts'
import type { Rooms, SessionConsensus } from './rooms.ts'

type SessionId = Id<'LiveSession'>

export type VotingLoaders = {
  /** Of a session that has just been read. */
  readonly consensusOf: (session: LiveSessionRow) => SessionConsensus | Promise<SessionConsensus | null>
  /** `probabilityUp` of a session's latest snapshot at a moment; null if there is none or it had no figure. */
  readonly probabilityAt: DataLoader<Moment, number | null>
  /** The viewer's own; null for an anonymous viewer. */
  readonly viewerVote: DataLoader<SessionId, VoteRow | null>
  readonly snapshotsOfSession: PageLoader<SessionId, SnapshotRow>
}

const FRESH = { cache: false }

export const votingLoaders: Makers<
  VotingLoaders,
  { readonly db: Db; readonly rooms: Rooms; readonly viewerId: Id<'User'> | null }
> = {
  consensusOf: ({ rooms }) => {
    const consensus = new DataLoader<SessionId, SessionConsensus | null>((ids) => rooms.read(ids), FRESH)
    return (session) => rooms.recall(session) ?? consensus.load(session.id)
  },
  probabilityAt: ({ db }) => new DataLoader((moments) => findProbabilitiesAt(db, moments), FRESH),
  viewerVote: ({ db, viewerId }) =>
    new DataLoader(async (ids) => (viewerId ? findVotesOfUser(db, ids, viewerId) : ids.map(() => null)), FRESH),
  snapshotsOfSession: ({ db }) => createPageLoader((ids, page) => findPagesOfSnapshots(db, ids, page)),
}

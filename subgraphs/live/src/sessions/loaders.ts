import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import {
  findPagesOfHosts,
  findPagesOfPosts,
  findPostIdsOfSessions,
  findSessions,
  type LiveSessionRow,
} from './db/live-session.ts'
import { findMomentPages, type MomentRow } from './db/moment.ts'

type SessionId = Id<'LiveSession'>

export type SessionLoaders = {
  readonly session: DataLoader<SessionId, LiveSessionRow | null>
  /** As `session`, read anew for each event of a subscription, which is one request. */
  readonly currentSession: DataLoader<SessionId, LiveSessionRow | null>
  /** The session, as it is now, of something that cannot be without one. */
  readonly sessionOf: (part: { readonly sessionId: SessionId }) => Promise<LiveSessionRow>
  /** What a session was announced for; it never changes. */
  readonly postIdsOfSession: DataLoader<SessionId, readonly Id<'Post'>[]>
  readonly sessionsOfHost: PageLoader<Id<'User'>, LiveSessionRow>
  readonly sessionsOfPost: PageLoader<Id<'Post'>, LiveSessionRow>
  readonly momentsOfSession: PageLoader<SessionId, MomentRow>
}

export const sessionLoaders: Makers<SessionLoaders, { readonly db: Db }> = {
  session: ({ db }) => new DataLoader((ids) => findSessions(db, ids)),
  currentSession: ({ db }) => new DataLoader((ids) => findSessions(db, ids), { cache: false }),
  sessionOf:
    (_, { currentSession }) =>
    async ({ sessionId }) => {
      const session = await currentSession.load(sessionId)
      if (!session) throw new Error(`no session ${sessionId}`)
      return session
    },
  postIdsOfSession: ({ db }) => new DataLoader((ids) => findPostIdsOfSessions(db, ids)),
  sessionsOfHost: ({ db }) => createPageLoader((ids, page) => findPagesOfHosts(db, ids, page)),
  sessionsOfPost: ({ db }) => createPageLoader((ids, page) => findPagesOfPosts(db, ids, page)),
  momentsOfSession: ({ db }) => createPageLoader((ids, page) => findMomentPages(db, ids, page)),
}

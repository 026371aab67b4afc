import { instantKey } from '@planet/runtime/connection'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { findPagesOfHosts, findPagesOfPosts, findSessions, type LiveSessionRow } from './db/live-session.ts'

export type Loaders = {
  readonly session: DataLoader<Id<'LiveSession'>, LiveSessionRow | null>
  readonly sessionWithVotes: DataLoader<Id<'LiveSession'>, LiveSessionRow | null>
  readonly sessionsOfHost: PageLoader<Id<'User'>, LiveSessionRow>
  readonly sessionsWithVotesOfHost: PageLoader<Id<'User'>, LiveSessionRow>
  readonly sessionsOfPost: PageLoader<Id<'Post'>, LiveSessionRow>
  readonly sessionsWithVotesOfPost: PageLoader<Id<'Post'>, LiveSessionRow>
}

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = (db: Db): Loaders => ({
  session: new DataLoader((ids) => findSessions(db, ids, { withVotes: false })),
  sessionWithVotes: new DataLoader((ids) => findSessions(db, ids, { withVotes: true })),
  sessionsOfHost: createPageLoader((ids, page) => findPagesOfHosts(db, ids, page, { withVotes: false })),
  sessionsWithVotesOfHost: createPageLoader((ids, page) => findPagesOfHosts(db, ids, page, { withVotes: true })),
  sessionsOfPost: createPageLoader((ids, page) => findPagesOfPosts(db, ids, page, { withVotes: false })),
  sessionsWithVotesOfPost: createPageLoader((ids, page) => findPagesOfPosts(db, ids, page, { withVotes: true })),
})

/** Sessions are listed by when they are scheduled. */
export const sessionKey = (session: LiveSessionRow): string => instantKey(session.scheduledFor, session.id)

import { instantKey } from '@planet/runtime/connection'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { lazyMembers } from '@planet/runtime/lazy-members'
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
export const createLoaders = lazyMembers<Db, Loaders>({
  session: (db) => new DataLoader((ids) => findSessions(db, ids, { withVotes: false })),
  sessionWithVotes: (db) => new DataLoader((ids) => findSessions(db, ids, { withVotes: true })),
  sessionsOfHost: (db) => createPageLoader((ids, page) => findPagesOfHosts(db, ids, page, { withVotes: false })),
  sessionsWithVotesOfHost: (db) => createPageLoader((ids, page) => findPagesOfHosts(db, ids, page, { withVotes: true })),
  sessionsOfPost: (db) => createPageLoader((ids, page) => findPagesOfPosts(db, ids, page, { withVotes: false })),
  sessionsWithVotesOfPost: (db) => createPageLoader((ids, page) => findPagesOfPosts(db, ids, page, { withVotes: true })),
})

/** Sessions are listed by when they are scheduled. */
export const sessionKey = (session: LiveSessionRow): string => instantKey(session.scheduledFor, session.id)

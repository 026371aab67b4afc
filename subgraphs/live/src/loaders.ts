import { instantKey } from '@planet/runtime/connection'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { lazyMembers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import { type RoomLoaders, roomLoaders } from './room-loaders.ts'
import {
  findPagesOfHosts,
  findPagesOfPosts,
  findPostIdsOfSessions,
  findSessions,
  type LiveSessionRow,
} from './sessions/db/live-session.ts'
import { type VoteLoaders, voteLoaders } from './voting/loaders.ts'
import type { Rooms } from './voting/rooms.ts'

export type Loaders = RoomLoaders &
  VoteLoaders & {
    readonly session: DataLoader<Id<'LiveSession'>, LiveSessionRow | null>
    /** What a session was announced for; it never changes. */
    readonly postIdsOfSession: DataLoader<Id<'LiveSession'>, readonly Id<'Post'>[]>
    readonly sessionsOfHost: PageLoader<Id<'User'>, LiveSessionRow>
    readonly sessionsOfPost: PageLoader<Id<'Post'>, LiveSessionRow>
  }

/** What loaders are made of. `viewerId` is null for an anonymous viewer. */
export type Given = { readonly db: Db; readonly rooms: Rooms; readonly viewerId: Id<'User'> | null }

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = lazyMembers<Given, Loaders>({
  ...roomLoaders,
  ...voteLoaders,
  session: ({ db }) => new DataLoader((ids) => findSessions(db, ids)),
  postIdsOfSession: ({ db }) => new DataLoader((ids) => findPostIdsOfSessions(db, ids)),
  sessionsOfHost: ({ db }) => createPageLoader((ids, page) => findPagesOfHosts(db, ids, page)),
  sessionsOfPost: ({ db }) => createPageLoader((ids, page) => findPagesOfPosts(db, ids, page)),
})

/** Sessions are listed by when they are scheduled. */
export const sessionKey = (session: LiveSessionRow): string => instantKey(session.scheduledFor, session.id)

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { lazyMembers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { type CreatorRow, findCreators } from './db/creator.ts'
import { findFollowed } from './db/follow.ts'
import { findUsers, type UserRow } from './db/user.ts'

export type Loaders = {
  readonly user: DataLoader<Id<'User'>, UserRow | null>
  readonly creator: DataLoader<Id<'User'>, CreatorRow | null>
  /** Whether the viewer follows a creator; null for an anonymous viewer. */
  readonly viewerIsFollowing: DataLoader<Id<'User'>, boolean | null>
}

type Given = { readonly db: Db; readonly viewer: Viewer | null }

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = lazyMembers<Given, Loaders>({
  user: ({ db }) => new DataLoader((ids) => findUsers(db, ids)),
  creator: ({ db }) => new DataLoader((ids) => findCreators(db, ids)),
  viewerIsFollowing: ({ db, viewer }) =>
    new DataLoader(async (ids) => (viewer ? findFollowed(db, viewer.userId, ids) : ids.map(() => null))),
})

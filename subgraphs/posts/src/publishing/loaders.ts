import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { findCircleIdsOfUser } from '../copies/db/circle-member.ts'
import { findPosts, type PostRow } from './db/post.ts'
import { findSignals, type SignalRow } from './db/signal.ts'
import { isVisible, type Visibility } from './domain/post.ts'

export type PublishingLoaders = {
  /** Null also for a post that the viewer may not see. */
  readonly post: DataLoader<Id<'Post'>, PostRow | null>
  /** By the signal's id, whoever may see it: check its post. */
  readonly signal: DataLoader<Id<'Signal'>, SignalRow | null>
  /** What the viewer may see of others; asked for at most once per request. */
  readonly visibility: () => Promise<Visibility>
}

type Given = { readonly db: Db; readonly viewer: Viewer | null }

export const publishingLoaders: Makers<PublishingLoaders, Given> = {
  post: ({ db }, loaders) => new DataLoader(async (ids) => hideInvisible(await findPosts(db, ids), loaders.visibility)),
  signal: ({ db }) => new DataLoader((ids) => findSignals(db, ids)),
  visibility: ({ db, viewer }) => {
    let known: Promise<Visibility> | null = null
    return () => {
      known ??= viewer
        ? findCircleIdsOfUser(db, viewer.userId).then((circleIds) => ({ userId: viewer.userId, circleIds }))
        : Promise.resolve({ userId: null, circleIds: [] })
      return known
    }
  },
}

async function hideInvisible(rows: readonly (PostRow | null)[], visibility: () => Promise<Visibility>) {
  // Public posts, the usual case, must not cost a second statement.
  if (rows.every((row) => row === null || row.audience === 'PUBLIC')) return rows
  const { userId, circleIds } = await visibility()
  const viewer = userId && { userId, circleIds: new Set(circleIds) }
  return rows.map((row) => (row && isVisible(row, viewer || null) ? row : null))
}

import type { Connection, PageArgs } from '@planet/runtime/connection'
import { connectionOf, decidePage } from '@planet/runtime/connection'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { findCircleIdsOfUser } from './db/circle-member.ts'
import { findPagesOfAuthors, findPagesOfCircles, findPosts, type PostRow, type Visibility } from './db/post.ts'
import { findSignals, findSignalsOfPosts, type SignalRow } from './db/signal.ts'
import { isVisible } from './domain/post.ts'

/** A page of a list that belongs to `parentId`. */
export type PageOf<Kind extends string> = { readonly parentId: Id<Kind>; readonly page: PageArgs }

export type Loaders = {
  /** Null also for a post that the viewer may not see. */
  readonly post: DataLoader<Id<'Post'>, PostRow | null>
  /** By the signal's id, whoever may see it: check its post. */
  readonly signal: DataLoader<Id<'Signal'>, SignalRow | null>
  /** By the post's id. */
  readonly signalOfPost: DataLoader<Id<'Post'>, SignalRow | null>
  readonly postsOfAuthor: DataLoader<PageOf<'User'>, Connection<PostRow>, string>
  readonly postsOfCircle: DataLoader<PageOf<'Circle'>, Connection<PostRow>, string>
  /** What the viewer may see of others; asked for at most once per request. */
  readonly visibility: () => Promise<Visibility>
}

/** Loaders cache, so they live as long as one request and never longer. */
export function createLoaders(db: Db, viewer: Viewer | null): Loaders {
  let known: Promise<Visibility> | null = null
  const visibility = () => {
    known ??= viewer
      ? findCircleIdsOfUser(db, viewer.userId).then((circleIds) => ({ userId: viewer.userId, circleIds }))
      : Promise.resolve({ userId: null, circleIds: [] })
    return known
  }
  return {
    post: new DataLoader(async (ids) => hideInvisible(await findPosts(db, ids), visibility)),
    signal: new DataLoader((ids) => findSignals(db, ids)),
    signalOfPost: new DataLoader((ids) => findSignalsOfPosts(db, ids)),
    postsOfAuthor: pagesLoader(async (ids, page) => findPagesOfAuthors(db, ids, await visibility(), page)),
    postsOfCircle: pagesLoader((ids, page) => findPagesOfCircles(db, ids, page)),
    visibility,
  }
}

async function hideInvisible(rows: readonly (PostRow | null)[], visibility: () => Promise<Visibility>) {
  // Public posts, the usual case, must not cost a second statement.
  if (rows.every((row) => row === null || row.audience === 'PUBLIC')) return rows
  const { userId, circleIds } = await visibility()
  const viewer = userId && { userId, circleIds: new Set(circleIds) }
  return rows.map((row) => (row && isVisible(row, viewer || null) ? row : null))
}

/** Loads the same page of many parents in one statement; parents asked with other arguments make a statement of their own. */
function pagesLoader<Kind extends string>(
  load: (ids: readonly Id<Kind>[], page: ReturnType<typeof decidePage>) => Promise<readonly PostRow[][]>,
): DataLoader<PageOf<Kind>, Connection<PostRow>, string> {
  const cacheKeyFn = ({ parentId, page }: PageOf<Kind>) => `${parentId} ${page.first} ${page.after ?? ''}`
  return new DataLoader(
    async (keys) => {
      const groups = Map.groupBy(keys, ({ page }) => `${page.first} ${page.after ?? ''}`)
      const found = new Map<string, Connection<PostRow>>()
      for (const group of groups.values()) {
        const [first] = group
        if (!first) continue
        const pages = await load(
          group.map((key) => key.parentId),
          decidePage(first.page),
        )
        group.forEach((key, i) => {
          found.set(
            cacheKeyFn(key),
            connectionOf(key.page, pages[i] ?? [], (row) => row.id),
          )
        })
      }
      return keys.map((key) => found.get(cacheKeyFn(key)) ?? new Error('a page was not loaded'))
    },
    { cacheKeyFn },
  )
}

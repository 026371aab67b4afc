import { type Connection, connectionOf, decidePage, instantKey, type Page, type PageArgs } from '@planet/runtime/connection'
import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import DataLoader from 'dataloader'
import { findPagesOfHosts, findPagesOfPosts, findSessions, type LiveSessionRow, type Reading } from './db/live-session.ts'

/** A page of the sessions of a parent. */
export type PageOf<Kind extends string> = Reading & { readonly parentId: Id<Kind>; readonly page: PageArgs }

export type Loaders = {
  readonly session: DataLoader<Id<'LiveSession'>, LiveSessionRow | null>
  readonly sessionWithVotes: DataLoader<Id<'LiveSession'>, LiveSessionRow | null>
  readonly sessionsOfHost: DataLoader<PageOf<'User'>, Connection<LiveSessionRow>, string>
  readonly sessionsOfPost: DataLoader<PageOf<'Post'>, Connection<LiveSessionRow>, string>
}

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = (db: Db): Loaders => ({
  session: new DataLoader((ids) => findSessions(db, ids, { withVotes: false })),
  sessionWithVotes: new DataLoader((ids) => findSessions(db, ids, { withVotes: true })),
  sessionsOfHost: pagesLoader<'User'>((ids, page, reading) => findPagesOfHosts(db, ids, page, reading)),
  sessionsOfPost: pagesLoader<'Post'>((ids, page, reading) => findPagesOfPosts(db, ids, page, reading)),
})

/** Loads the same page of many parents in one statement; parents asked with other arguments make a statement of their own. */
function pagesLoader<Kind extends string>(
  load: (ids: readonly Id<Kind>[], page: Page, reading: Reading) => Promise<readonly LiveSessionRow[][]>,
): DataLoader<PageOf<Kind>, Connection<LiveSessionRow>, string> {
  const groupOf = ({ page, withVotes }: PageOf<Kind>) => `${page.first} ${page.after ?? ''} ${withVotes}`
  const cacheKeyFn = (key: PageOf<Kind>) => `${key.parentId} ${groupOf(key)}`
  return new DataLoader(
    async (keys) => {
      const found = new Map<string, Connection<LiveSessionRow>>()
      for (const group of Map.groupBy(keys, groupOf).values()) {
        const [first] = group
        if (!first) continue
        const parentIds = group.map((key) => key.parentId)
        const pages = await load(parentIds, decidePage(first.page), first)
        group.forEach((key, i) => {
          found.set(cacheKeyFn(key), connectionOf(key.page, pages[i] ?? [], sessionKey))
        })
      }
      return keys.map((key) => found.get(cacheKeyFn(key)) ?? new Error('a page was not loaded'))
    },
    { cacheKeyFn },
  )
}

/** Sessions are listed by when they are scheduled. */
export const sessionKey = (session: LiveSessionRow): string => instantKey(session.scheduledFor, session.id)

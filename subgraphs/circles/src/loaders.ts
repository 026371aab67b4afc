import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { lazyMembers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { type CircleRow, findCircles, findHostedPages } from './db/circle.ts'
import { findMemberPages, findRequestPages, findStandings, type MemberRow } from './db/member.ts'
import type { Standing } from './domain/membership.ts'

export type Loaders = {
  readonly circle: DataLoader<Id<'Circle'>, CircleRow | null>
  readonly hostedCircles: PageLoader<Id<'User'>, CircleRow>
  /** Where the viewer stands with a circle; null for an anonymous viewer. */
  readonly viewerStanding: DataLoader<Id<'Circle'>, Standing>
  readonly members: PageLoader<Id<'Circle'>, MemberRow>
  readonly requests: PageLoader<Id<'Circle'>, MemberRow>
}

type Given = { readonly db: Db; readonly viewer: Viewer | null }

/** Loaders batch, so they live as long as one request. What its mutations may change is not kept. */
export const createLoaders = lazyMembers<Given, Loaders>({
  circle: ({ db }) => new DataLoader((ids) => findCircles(db, ids)),
  hostedCircles: ({ db }) => createPageLoader((hostIds, page) => findHostedPages(db, hostIds, page)),
  viewerStanding: ({ db, viewer }) =>
    new DataLoader(async (ids) => (viewer ? findStandings(db, viewer.userId, ids) : ids.map(() => null)), { cache: false }),
  members: ({ db }) => createPageLoader((circleIds, page) => findMemberPages(db, circleIds, page)),
  requests: ({ db }) => createPageLoader((circleIds, page) => findRequestPages(db, circleIds, page)),
})

import type { Db } from '@planet/runtime/database'
import { lazyMembers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import { type FeedLoaders, feedLoaders } from './feed/loaders.ts'
import { type PublishingLoaders, publishingLoaders } from './publishing/loaders.ts'

export type Loaders = PublishingLoaders & FeedLoaders

type Given = { readonly db: Db; readonly viewer: Viewer | null }

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = lazyMembers<Given, Loaders>({ ...publishingLoaders, ...feedLoaders })

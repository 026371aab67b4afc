import type { Db } from '@planet/runtime/database'
import { lazyMembers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import { type LinksLoaders, linksLoaders } from './links/loaders.ts'

export type Loaders = LinksLoaders

type Given = { readonly db: Db; readonly viewer: Viewer | null; readonly now: () => Date }

/** Loaders cache, so they live as long as one request and never longer. */
export const createLoaders = lazyMembers<Given, Loaders>(linksLoaders)

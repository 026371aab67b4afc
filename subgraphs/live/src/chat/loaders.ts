import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import { type BulletRow, findBulletPages } from './db/bullet.ts'
import type { BulletModeration } from './domain/bullet.ts'

type SessionId = Id<'LiveSession'>

export type ChatLoaders = {
  readonly bulletsOfSession: Readonly<Record<BulletModeration, PageLoader<SessionId, BulletRow>>>
}

const bullets = (db: Db, moderation: BulletModeration) =>
  createPageLoader<SessionId, BulletRow>((ids, page) => findBulletPages(db, ids, moderation, page))

export const chatLoaders: Makers<ChatLoaders, { readonly db: Db }> = {
  bulletsOfSession: ({ db }) => ({ VISIBLE: bullets(db, 'VISIBLE'), HELD: bullets(db, 'HELD'), REMOVED: bullets(db, 'REMOVED') }),
}

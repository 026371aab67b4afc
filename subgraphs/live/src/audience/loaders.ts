import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import DataLoader from 'dataloader'
import { type AudienceState, findAudiences } from './db/audience.ts'

export type AudienceLoaders = {
  readonly audience: DataLoader<Id<'LiveSession'>, AudienceState | null>
}

export const audienceLoaders: Makers<AudienceLoaders, { readonly db: Db }> = {
  audience: ({ db }) => new DataLoader((ids) => findAudiences(db, ids), { cache: false }),
}

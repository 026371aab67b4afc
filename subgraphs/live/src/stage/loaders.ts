import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import DataLoader from 'dataloader'
import { findStages, type StageState } from './db/stage.ts'

export type StageLoaders = {
  readonly stage: DataLoader<Id<'LiveSession'>, StageState | null>
}

export const stageLoaders: Makers<StageLoaders, { readonly db: Db }> = {
  stage: ({ db }) => new DataLoader((ids) => findStages(db, ids), { cache: false }),
}

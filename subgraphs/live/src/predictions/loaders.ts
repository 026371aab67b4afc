import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import DataLoader from 'dataloader'
import {
  findHostRecords,
  findPagesOfPredictions,
  findPredictions,
  type HostRecordRow,
  type PredictionRow,
} from './db/prediction.ts'

export type PredictionLoaders = {
  readonly prediction: DataLoader<Id<'Prediction'>, PredictionRow | null>
  readonly predictionsOfSession: PageLoader<Id<'LiveSession'>, PredictionRow>
  readonly hostRecord: DataLoader<Id<'User'>, HostRecordRow>
}

export const predictionLoaders: Makers<PredictionLoaders, { readonly db: Db }> = {
  prediction: ({ db }) => new DataLoader((ids) => findPredictions(db, ids), { cache: false }),
  predictionsOfSession: ({ db }) => createPageLoader((ids, page) => findPagesOfPredictions(db, ids, page)),
  hostRecord: ({ db }) => new DataLoader((ids) => findHostRecords(db, ids), { cache: false }),
}

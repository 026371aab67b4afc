import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import type { Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { currentOutcome, findVisibleOutcomes, type SignalOutcomeRow } from './db/signal-outcome.ts'

export type OutcomesLoaders = {
  /** By the signal's id; null also for a signal that the viewer may not see. */
  readonly outcome: DataLoader<Id<'Signal'>, SignalOutcomeRow | null>
}

export const outcomesLoaders: Makers<OutcomesLoaders, { readonly db: Db; readonly viewer: Viewer | null }> = {
  outcome: ({ db, viewer }) => new DataLoader((ids) => findVisibleOutcomes(db, ids.map(currentOutcome), viewer?.userId ?? null)),
}

import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { lazyMembers } from '@planet/runtime/lazy-members'
import { type AudienceLoaders, audienceLoaders } from './audience/loaders.ts'
import { type ChatLoaders, chatLoaders } from './chat/loaders.ts'
import { type PinLoaders, pinLoaders } from './pins/loaders.ts'
import { type PredictionLoaders, predictionLoaders } from './predictions/loaders.ts'
import { type QuestionLoaders, questionLoaders } from './questions/loaders.ts'
import { type SessionLoaders, sessionLoaders } from './sessions/loaders.ts'
import { type StageLoaders, stageLoaders } from './stage/loaders.ts'
import { type VotingLoaders, votingLoaders } from './voting/loaders.ts'
import type { Rooms } from './voting/rooms.ts'

export type Loaders = SessionLoaders &
  PinLoaders &
  VotingLoaders &
  PredictionLoaders &
  ChatLoaders &
  StageLoaders &
  QuestionLoaders &
  AudienceLoaders

/** What loaders are made of. `viewerId` is null for an anonymous viewer. */
type Given = { readonly db: Db; readonly rooms: Rooms; readonly viewerId: Id<'User'> | null }

/**
 * Those that cache live as long as one request and never longer. Those of what changes while a subscription, which is one
 * request, runs batch and keep nothing.
 */
export const createLoaders = lazyMembers<Given, Loaders>({
  ...sessionLoaders,
  ...pinLoaders,
  ...votingLoaders,
  ...predictionLoaders,
  ...chatLoaders,
  ...stageLoaders,
  ...questionLoaders,
  ...audienceLoaders,
})

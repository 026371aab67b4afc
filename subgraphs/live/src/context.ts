import type { Db } from '@planet/runtime/database'
import type { Viewer } from '@planet/runtime/viewer'
import type { Presence } from './audience/presence.ts'
import { createLoaders, type Loaders } from './loaders.ts'
import type { Streams } from './streams.ts'
import type { Turns } from './turns.ts'
import type { Rooms } from './voting/rooms.ts'
import type { VoteBox } from './voting/vote-box.ts'

/** What keeps many who do the same at once from holding up each other and everybody else. */
type Crowd = {
  readonly voteBox: VoteBox
  readonly presence: Presence
  readonly turns: Turns
  /** The time of people, by which they are kept from flooding: the platform's clock may replay a market. */
  readonly machineNow: () => Date
}

/** What one request may use. Built once per request by `createContext`; nothing else is ever added to it. */
export type Context = {
  readonly viewer: Viewer | null
  readonly db: Db
  readonly loaders: Loaders
  readonly streams: Streams
  readonly crowd: Crowd
  readonly now: () => Date
}

/** `shared` is what all requests of the process have in common. */
export const createContext = (
  { rooms, ...shared }: Omit<Context, 'viewer' | 'loaders'> & { readonly rooms: Rooms },
  viewer: Viewer | null,
): Context => ({ ...shared, viewer, loaders: createLoaders({ db: shared.db, rooms, viewerId: viewer?.userId ?? null }) })

import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { invalidInput } from '@planet/runtime/refusals'
import type { LiveSessionRow } from './db/live-session.ts'

/** What other subjects do in the transaction of an act of a session, which knows none of them. */
export type SessionHooks = {
  /** What the pool of a session that starts now is extremised by, unless its host has chosen. */
  readonly chooseExponent: (tx: Tx) => Promise<number>
  /** Ends the votes of a session, which the caller has locked and is going to end; a refusal changes nothing. */
  readonly concludeVotes: (
    tx: Tx,
    session: LiveSessionRow,
    hostProbabilityUp: number | null,
    now: Date,
  ) => Promise<ReturnType<typeof invalidInput> | null>
  /** Everybody leaves a session that is over. */
  readonly clearRoom: (tx: Tx, sessionId: Id<'LiveSession'>, now: Date) => Promise<void>
  /** Whoever is on the stage of a session or on the way there is not any more. */
  readonly takeOffStage: (tx: Tx, sessionId: Id<'LiveSession'>, userId: Id<'User'>, clock: () => Date) => Promise<void>
}

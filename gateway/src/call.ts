import type { Viewer } from '@planet/runtime/viewer'

/** One operation of one client on its way through the gateway. */
export type Call = {
  /** Null for an anonymous client. */
  readonly viewer: Viewer | null
  readonly requestId: string
  /** Aborts when the client has gone or the operation's time is over. */
  readonly signal: AbortSignal
}

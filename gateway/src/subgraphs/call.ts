import type { Viewer } from '@planet/runtime/viewer'
import { Abandonment, type AbortSource } from '../abandonment.ts'
import type { SubgraphAnswer, SubgraphOperation } from './subgraph-operation.ts'

/** One operation of one client on its way through the gateway. */
export type Call = {
  /** Null for an anonymous client, and where subgraphs identify clients themselves. */
  readonly viewer: Viewer | null
  /** What the client sent as `Authorization`, where subgraphs identify clients themselves. */
  readonly authorization?: string | undefined
  readonly requestId: string
  /** Aborts when the client has gone or the operation's time is over. */
  readonly signal: AbortSignal
  /** The same as `signal`, cheaper. */
  readonly abandonment?: AbortSource | undefined
  /** Reads of it that wait for a subgraph. */
  readsUnderWay?: ReadUnderWay[] | undefined
}

/** Calls a subgraph and hands on the answer once it is there, which may be before this returns. Never throws. */
export type Ask = (subgraph: string, operation: SubgraphOperation, call: Call, take: (answer: SubgraphAnswer) => void) => void

/** Whether nobody waits for the answer any more. */
export const isDropped = ({ abandonment, signal }: Call): boolean =>
  abandonment ? (abandonment.isDropped ?? abandonment.aborted) : signal.aborted

/** A read that waits for a subgraph, and who else waits for its answer. */
export type ReadUnderWay = {
  readonly subgraph: string
  readonly operation: SubgraphOperation
  readonly waiting: ((answer: SubgraphAnswer) => void)[]
}

/** For whom an operation is run. */
export type CallOf = Pick<Call, 'viewer' | 'requestId' | 'authorization'>

/** The call of a client that may abandon it. */
export const callOf = (caller: CallOf, abort: AbortController | Abandonment): Call =>
  abort instanceof Abandonment ? new AbandonedCall(caller, abort) : { ...caller, signal: abort.signal }

class AbandonedCall implements Call {
  readonly viewer: Viewer | null
  readonly authorization: string | undefined
  readonly requestId: string
  readonly abandonment: Abandonment
  readsUnderWay: ReadUnderWay[] | undefined = undefined

  constructor({ viewer, authorization, requestId }: CallOf, abandonment: Abandonment) {
    this.viewer = viewer
    this.authorization = authorization
    this.requestId = requestId
    this.abandonment = abandonment
  }

  get signal(): AbortSignal {
    return this.abandonment.signal
  }
}

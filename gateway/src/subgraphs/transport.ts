import type { SubgraphRequest } from '@planet/runtime/subgraph'
import type { ExecutionResult } from 'graphql'
import type { AbortSource } from '../abandonment.ts'
import type { SubgraphAnswer, SubgraphOperation } from './subgraph-operation.ts'

/** Results of a subscription. `return()` works while a `next()` is pending. */
export type EventStream = AsyncGenerator<ExecutionResult, void, void>

/** A call of a subgraph. */
export type TransportRequest = SubgraphRequest & {
  /** Query, operation name and variables as JSON, where the caller has it already. */
  readonly body?: string | undefined
  readonly parse?: SubgraphOperation['parse']
  /** What the client sent as `Authorization`, where the subgraph is to identify it. */
  readonly authorization?: string | undefined
  /** The same as `signal`, cheaper. */
  readonly abandonment?: AbortSource | undefined
  /** How long the answer is waited for. */
  readonly timeoutMs: number
}

/**
 * How the gateway reaches one subgraph, as it is at the moment: nothing is asked twice. Rejects if it cannot, with
 * `Unanswered` or `TookTooLong` where it is known that there is no reply; what the subgraph itself refuses is a result. */
export interface SubgraphTransport {
  /** Rejects as soon as the request's signal aborts or its time is over. */
  execute(request: TransportRequest): Promise<SubgraphAnswer>
  /** As `execute`, without a promise: calls one of the two once. */
  ask?(request: TransportRequest, take: (answer: SubgraphAnswer) => void, fail: (reason: unknown) => void): void
  subscribe(request: SubgraphRequest): Promise<EventStream | ExecutionResult>
  /**
   * Tells once, within a second, whether a connection to the subgraph can be opened; sends nothing. Left out where there is no
   * connection.
   */
  knock?(take: (isThere: boolean) => void): void
  /** Rejects what waits for its turn and was not sent, as `withdrawn`. Left out where nothing waits. */
  withdraw?(): void
  /** Whether the subgraph itself says that it can serve; false if it says nothing in time. Left out: it is part of this process. */
  isReady?(): Promise<boolean>
  close(): Promise<void>
}

import type { SubgraphRequest } from '@planet/runtime/subgraph'
import type { ExecutionResult } from 'graphql'
import type { SubgraphAnswer } from './subgraph-calls.ts'

/** Results of a subscription. `return()` works while a `next()` is pending. */
export type EventStream = AsyncGenerator<ExecutionResult, void, void>

/** A call of a subgraph; `body` is query, operation name and variables as JSON, where the caller has it already. */
export type TransportRequest = SubgraphRequest & { readonly body?: string | undefined }

/** How the gateway reaches one subgraph. Rejects if it cannot; what the subgraph itself refuses is a result. */
export interface SubgraphTransport {
  /** Rejects as soon as the request's signal aborts. */
  execute(request: TransportRequest): Promise<SubgraphAnswer>
  subscribe(request: SubgraphRequest): Promise<EventStream | ExecutionResult>
  close(): Promise<void>
}

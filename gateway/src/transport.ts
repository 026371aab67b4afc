import type { SubgraphRequest } from '@planet/runtime/subgraph'
import type { ExecutionResult } from 'graphql'

/** Results of a subscription. `return()` works while a `next()` is pending. */
export type EventStream = AsyncGenerator<ExecutionResult, void, void>

/** How the gateway reaches one subgraph. Rejects if it cannot; what the subgraph itself refuses is a result. */
export interface SubgraphTransport {
  execute(request: SubgraphRequest): Promise<ExecutionResult>
  subscribe(request: SubgraphRequest): Promise<EventStream | ExecutionResult>
  close(): Promise<void>
}

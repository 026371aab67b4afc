import type { Logger } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import type { Operation } from '../admission.ts'
import type { Call } from '../call.ts'
import { startDeadline } from '../deadline.ts'
import type { Engine } from '../engine/engine.ts'
import { mapEvents } from '../event-stream.ts'
import { failedResult, maskResult } from '../masking.ts'
import type { SubgraphCalls } from '../subgraph-calls.ts'
import type { EventStream } from '../transport.ts'

/** Time for what an event needs from other subgraphs. */
export const EVENT_DEADLINE_MS = 5_000

/**
 * Opens a subscription at the subgraph that owns its root field and completes every event from the others. `call.signal`
 * ends it. The viewer is signed anew for each event, so what an event joins is authorised when it is delivered. Where to
 * resume is an argument of the field, hence part of the operation.
 */
export async function subscribe(
  parts: { readonly engine: Engine; readonly calls: SubgraphCalls; readonly log: Logger },
  operation: Operation,
  call: Call,
): Promise<EventStream | ExecutionResult> {
  const { engine, calls, log } = parts
  const plan = await engine.planSubscription(operation)
  const source = await calls.subscribe(plan.subgraph, plan.source(operation.variables), call)
  if (!(Symbol.asyncIterator in source)) return maskResult(source, call.requestId, log)

  const complete = async (event: ExecutionResult, left: AbortSignal) => {
    if (!event.data) return maskResult(event, call.requestId, log)
    const abort = new AbortController()
    const stop = () => abort.abort()
    const callOff = startDeadline(EVENT_DEADLINE_MS, (reason) => abort.abort(reason))
    for (const signal of [call.signal, left]) signal.addEventListener('abort', stop, { once: true })
    if (call.signal.aborted || left.aborted) stop()
    try {
      const own: Call = { viewer: call.viewer, requestId: call.requestId, signal: abort.signal }
      return maskResult(await engine.executeEvent(plan, event, operation, own), call.requestId, log)
    } finally {
      callOff()
      for (const signal of [call.signal, left]) signal.removeEventListener('abort', stop)
    }
  }
  return mapEvents(source, complete, (error) => failedResult(error, call.requestId, log))
}

/** What runs in the planner's thread: one request after the other, each answered by a message. */
import { parentPort, workerData } from 'node:worker_threads'
import { readSupergraph } from './supergraph.ts'
import type { FromThread, ToThread } from './thread-planner.ts'

const send = (message: FromThread) => parentPort?.postMessage(message)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  // `startThreadPlanner` passes nothing else.
  const read = readSupergraph(workerData as string)
  // The rest takes as long again, and nobody waits for it before there is something to plan.
  send({ kind: 'described', description: read.description })
  const { createLocalPlanner } = await import('./planner.ts')
  const planner = createLocalPlanner(read)
  parentPort?.on('message', ({ kind, request }: ToThread) => {
    try {
      // As text, which is cheaper to hand over than objects.
      send({ kind: 'done', text: kind === 'explain' ? planner.explain(request) : JSON.stringify(planner.plan(request)) })
    } catch (error) {
      send({ kind: 'fault', message: messageOf(error) })
    }
  })
  send({ kind: 'ready' })
} catch (error) {
  send({ kind: 'unfit', message: messageOf(error) })
}

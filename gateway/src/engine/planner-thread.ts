/** What runs in the planner's thread: one request after the other, each answered by a message. */
import { parentPort, workerData } from 'node:worker_threads'
import { createLocalPlanner } from './planner.ts'
import type { FromThread, ToThread } from './thread-planner.ts'

const send = (message: FromThread) => parentPort?.postMessage(message)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  // `startThreadPlanner` passes nothing else.
  const planner = createLocalPlanner(workerData as string)
  parentPort?.on('message', ({ kind, request }: ToThread) => {
    try {
      // As text, which is cheaper to hand over than objects.
      send({ kind: 'done', text: kind === 'explain' ? planner.explain(request) : JSON.stringify(planner.plan(request)) })
    } catch (error) {
      send({ kind: 'fault', message: messageOf(error) })
    }
  })
  send({ kind: 'ready', description: planner.description })
} catch (error) {
  send({ kind: 'unfit', message: messageOf(error) })
}

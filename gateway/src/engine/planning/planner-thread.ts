/** What runs in the planner's thread: one request after the other, each answered by a message. */
import { parentPort, workerData } from 'node:worker_threads'
import { parse } from 'graphql'
import { buildSupergraph } from './build-supergraph.ts'
import { plannableSupergraph } from './plannable-supergraph.ts'
import type { Answered, FromThread, ToThread } from './thread-planner.ts'

const send = (message: FromThread) => parentPort?.postMessage(message)
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const answer = (message: Answered) => send({ ...message, cpuMs: cpuMs() })
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  // `startThreadPlanner` passes nothing else.
  const plannable = plannableSupergraph(parse(workerData as string, { noLocation: true }))
  const supergraph = buildSupergraph(plannable.document)
  // The rest takes twice as long, and nobody waits for it before there is something to plan.
  send({ kind: 'fit' })
  const { createLocalPlanner } = await import('./local-planner.ts')
  const planner = createLocalPlanner(plannable, supergraph)
  parentPort?.on('message', ({ kind, request }: ToThread) => {
    try {
      // As text, which is cheaper to hand over than objects.
      answer({ kind: 'done', text: kind === 'explain' ? planner.explain(request) : JSON.stringify(planner.plan(request)) })
    } catch (error) {
      answer({ kind: 'fault', message: messageOf(error) })
    }
  })
  send({ kind: 'ready', cpuMs: cpuMs() })
} catch (error) {
  send({ kind: 'unfit', message: messageOf(error) })
}

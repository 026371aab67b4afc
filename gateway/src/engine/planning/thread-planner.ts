import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { type Planner, type PlanRequest, tooMuchToPlan } from './planner.ts'

export type ToThread = { readonly kind: 'plan' | 'explain'; readonly request: PlanRequest }
export type FromThread =
  | { readonly kind: 'fit' }
  | { readonly kind: 'ready'; readonly cpuMs: number }
  | { readonly kind: 'unfit'; readonly message: string }
  | (Answered & { readonly cpuMs: number })

/** Beside it the CPU time that the thread has taken until then. */
export type Answered = { readonly kind: 'done'; readonly text: string } | { readonly kind: 'fault'; readonly message: string }

export type PlanningLimits = {
  /** CPU time for one operation. Not that of a clock, which says more about what else the machine does. */
  readonly cpuMs: number
  /** Of the thread's heap, in megabytes; an operation that needs more is refused. */
  readonly heapMb: number
  /** Operations that wait; more are refused at once. */
  readonly waiting: number
  /** Of the texts of those that wait. Each keeps its document parsed, which takes up to a hundred times as much. */
  readonly waitingCharacters: number
}

export const PLANNING_LIMITS: PlanningLimits = { cpuMs: 2_000, heapMb: 256, waiting: 1_000, waitingCharacters: 1_000_000 }
const YOUNG_HEAP_MB = 16
const LOGGED_CHARACTERS = 2_000

const busy = () => codedError('UNAVAILABLE', 'Too many new operations are being planned. Try again.')

type Job = ToThread & { readonly resolve: (text: string) => void; readonly reject: (error: unknown) => void }

/**
 * A planner in a thread of its own, so that planning never keeps others waiting for answers, and can be ended: an operation
 * over its deadline or the thread's memory is refused, and the thread begins anew. What is short is planned before what is
 * long. Rejects if the text is no supergraph.
 */
export async function startThreadPlanner(
  supergraphSdl: string,
  log: Logger,
  limits: PlanningLimits = PLANNING_LIMITS,
): Promise<Planner> {
  const waiting: Job[] = []
  let thread: Thread | null = null
  let current: Job | null = null
  let isClosed = false

  const open = (): Thread => {
    const opened = openThread(supergraphSdl, limits)
    thread = opened
    void opened.ended.then(({ reason, wasReady }) => {
      if (thread !== opened || isClosed) return
      thread = null
      const job = current
      current = null
      log.warn({ reason, document: job?.request.document.slice(0, LOGGED_CHARACTERS) }, 'the planner ended')
      job?.reject(tooMuchToPlan())
      if (!wasReady) failAll()
      // Begins before it is needed, because others may be waiting by then.
      else void whenReady(open())
    })
    return opened
  }
  const failAll = () => {
    for (const job of waiting.splice(0)) job.reject(busy())
  }
  const next = () => {
    if (current || !thread?.isReady()) return
    const job = takeShortest(waiting)
    if (!job) {
      thread.rest()
      return
    }
    current = job
    const settle = (work: () => void) => {
      if (current !== job) return
      current = null
      work()
      next()
    }
    thread.ask(job).then(
      (text) => settle(() => job.resolve(text)),
      (error: unknown) => settle(() => job.reject(error)),
    )
  }
  const whenReady = async ({ ready }: Thread) => {
    try {
      await ready
      next()
    } catch {
      failAll()
    }
  }
  const ask = (kind: ToThread['kind'], request: PlanRequest): Promise<string> => {
    if (isClosed || waiting.length >= limits.waiting) return Promise.reject(busy())
    const characters = waiting.reduce((sum, job) => sum + job.request.document.length, request.document.length)
    if (characters > limits.waitingCharacters) return Promise.reject(busy())
    return new Promise<string>((resolve, reject) => {
      waiting.push({ kind, request, resolve, reject })
      void whenReady(thread ?? open())
    })
  }

  await open().fit
  return {
    // What the thread writes is the JSON of a plan.
    plan: async (request) => JSON.parse(await ask('plan', request)) as QueryPlan,
    explain: (request) => ask('explain', request),
    async close() {
      isClosed = true
      for (const job of waiting.splice(0)) job.reject(busy())
      current?.reject(busy())
      await thread?.end('closed')
    },
  }
}

function takeShortest(jobs: Job[]): Job | undefined {
  let shortest = 0
  for (const [index, job] of jobs.entries()) {
    if (job.request.document.length < (jobs[shortest]?.request.document.length ?? 0)) shortest = index
  }
  return jobs.splice(shortest, 1)[0]
}

type Thread = {
  /** Resolves when the text is known to be a supergraph. */
  readonly fit: Promise<void>
  /** Resolves when it can plan. */
  readonly ready: Promise<void>
  /** Resolves with the reason. */
  readonly ended: Promise<{ readonly reason: string; readonly wasReady: boolean }>
  /** One at a time. Rejects with what the planner threw; never settles if the thread ends. */
  ask(job: ToThread): Promise<string>
  isReady(): boolean
  /** Nothing is asked at the moment, so it keeps no process alive. */
  rest(): void
  end(reason: string): Promise<void>
}

function openThread(supergraphSdl: string, limits: PlanningLimits): Thread {
  const worker = new Worker(new URL('./planner-thread.ts', import.meta.url), {
    workerData: supergraphSdl,
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
  })
  const fit = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<{ reason: string; wasReady: boolean }>()
  let asked: { readonly resolve: (text: string) => void; readonly reject: (error: Error) => void } | null = null
  let late: NodeJS.Timeout | undefined
  let wasReady = false
  /** CPU time of the thread up to its last answer. */
  let spentMs = 0
  // Nobody waits for what a thread says of a text that is known.
  fit.promise.catch(() => {})
  ready.promise.catch(() => {})
  const end = async (reason: string) => {
    clearTimeout(late)
    ended.resolve({ reason, wasReady })
    for (const each of [fit, ready]) each.reject(new Error(`the planner ended: ${reason}`))
    await worker.terminate()
  }
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'fit') fit.resolve()
    else if (message.kind === 'ready') {
      wasReady = true
      spentMs = message.cpuMs
      worker.unref()
      ready.resolve()
    } else if (message.kind === 'unfit') {
      fit.reject(new Error(message.message))
      ready.reject(new Error(message.message))
      void end(message.message)
    } else {
      const { resolve, reject } = asked ?? {}
      asked = null
      spentMs = message.cpuMs
      clearTimeout(late)
      if (message.kind === 'done') resolve?.(message.text)
      else reject?.(new Error(message.message))
    }
  })
  worker.once('error', (error) => void end(error.message))
  worker.once('exit', (code) => void end(`exit ${code}`))
  return {
    fit: fit.promise,
    ready: ready.promise,
    ended: ended.promise,
    ask(job) {
      return new Promise((resolve, reject) => {
        const own = { resolve, reject }
        asked = own
        worker.ref()
        worker.postMessage({ kind: job.kind, request: job.request } satisfies ToThread)
        const look = async () => {
          const { user, system } = await worker.cpuUsage()
          if (asked !== own) return
          const leftMs = limits.cpuMs - ((user + system) / 1000 - spentMs)
          if (leftMs <= 0) void end(`no plan within ${limits.cpuMs} ms`)
          else late = setTimeout(lookAgain, leftMs)
        }
        // A thread that has ended says so itself.
        const lookAgain = () => void look().catch(() => {})
        late = setTimeout(lookAgain, limits.cpuMs)
      })
    },
    isReady: () => wasReady,
    rest: () => worker.unref(),
    end,
  }
}

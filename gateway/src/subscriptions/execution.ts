import { randomUUID } from 'node:crypto'
import type { Logger } from '@planet/runtime/log'
import type { Viewer } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import { type Price, toldCost } from '../admission/cost/price.ts'
import { answerOf } from '../answer.ts'
import { startDeadline } from '../deadline.ts'
import type { Engine, SubscriptionPlan, TextAnswer } from '../engine/engine.ts'
import { maskErrors } from '../masking.ts'
import type { Call } from '../subgraphs/call.ts'
import { asClientErrors } from './client-errors.ts'
import { type Frame, frameOf } from './frame.ts'

/** Time for what events need from other subgraphs. */
export const EVENT_DEADLINE_MS = 5_000
/** Events whose entities are fetched together. */
const MAX_BATCH = 64
/** Events that wait before the upstream is told to. */
const MAX_WAITING = 256
const PORTION_BYTES = 64 * 1024

/** Makes what clients get of events, in their order. */
export type EventExecution = {
  push(event: ExecutionResult, cursor: string | null): void
  /** Whether everything that was pushed has been delivered. */
  isIdle(): boolean
  /** Undefined if more events may come now. */
  whenRoom(): Promise<void> | undefined
  /** Calls back after everything that was pushed. */
  finish(onDone: () => void): void
  close(): void
}

type Waiting = { readonly event: ExecutionResult; readonly cursor: string | null }

/**
 * Completes events from the other subgraphs, those that came meanwhile together. Of a STATE only the latest that waits is
 * executed. The viewer is signed anew for each batch, so what an event joins is authorised when it is delivered.
 */
export function createEventExecution(parts: {
  readonly engine: Engine
  readonly plan: SubscriptionPlan
  readonly operation: Operation
  readonly viewer: Viewer | null
  readonly isLatestOnly: boolean
  /** For those who are told what each event cost. */
  readonly price: Price | null
  readonly log: Logger
  readonly deliver: (frames: readonly Frame[]) => void
  /** Undefined if what was delivered can be sent. Null: nobody is waited for. */
  readonly whenSent: (() => Promise<void> | undefined) | null
  readonly onFailure: (error: unknown, requestId: string) => void
}): EventExecution {
  const closing = new AbortController()
  let waiting: Waiting[] = []
  let isRunning = false
  let room: PromiseWithResolvers<void> | undefined
  let onDone: (() => void) | undefined

  const executeBatch = async (batch: readonly Waiting[], requestId: string): Promise<readonly Frame[]> => {
    const abort = new AbortController()
    const stop = () => abort.abort()
    closing.signal.addEventListener('abort', stop, { once: true })
    const callOff = startDeadline(EVENT_DEADLINE_MS, (reason) => abort.abort(reason))
    try {
      const call: Call = { viewer: parts.viewer, requestId, signal: abort.signal }
      const answers = await answersOf(
        parts,
        batch.map(({ event }) => event),
        call,
      )
      const told = parts.price && (await costsOf(parts.price, answers))
      return answers.map(({ dataTexts, errors }, index) =>
        frameOf(
          {
            dataTexts,
            errors: errors.length === 0 ? errors : maskErrors(errors, requestId, parts.log),
            extensions: told?.[index],
          },
          batch[index]?.cursor ?? null,
        ),
      )
    } finally {
      callOff()
      closing.signal.removeEventListener('abort', stop)
    }
  }

  /** In portions, between which sockets get to send. */
  const deliverAll = async (frames: readonly Frame[]): Promise<void> => {
    let from = 0
    while (from < frames.length && !closing.signal.aborted) {
      const to = endOfPortion(frames, from)
      parts.deliver(from === 0 && to === frames.length ? frames : frames.slice(from, to))
      from = to
      const sent = parts.whenSent?.()
      if (sent) await sent
      else if (from < frames.length) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.length <= MAX_BATCH ? waiting : waiting.slice(0, MAX_BATCH)
      waiting = waiting.slice(batch.length)
      const requestId = randomUUID()
      try {
        const frames = await executeBatch(batch, requestId)
        await deliverAll(frames)
      } catch (error) {
        if (!closing.signal.aborted) parts.onFailure(error, requestId)
        return
      }
      if (closing.signal.aborted) return
      if (waiting.length < MAX_WAITING) room?.resolve()
    }
    isRunning = false
    if (!closing.signal.aborted) onDone?.()
  }

  return {
    push(event, cursor) {
      if (closing.signal.aborted) return
      if (parts.isLatestOnly) waiting = [{ event, cursor }]
      else waiting.push({ event, cursor })
      if (isRunning) return
      isRunning = true
      // What comes in one turn of the loop is executed, and sent, together.
      setImmediate(() => void work())
    },
    isIdle: () => !isRunning,
    whenRoom() {
      if (waiting.length < MAX_WAITING) return undefined
      room = Promise.withResolvers()
      return room.promise
    },
    finish(callback) {
      onDone = callback
      if (!isRunning && !closing.signal.aborted) callback()
    },
    close() {
      closing.abort()
      waiting = []
      room?.resolve()
    },
  }
}

function endOfPortion(frames: readonly Frame[], from: number): number {
  let bytes = 0
  let to = from
  do bytes += frames[to++]?.tail.length ?? 0
  while (to < frames.length && bytes < PORTION_BYTES)
  return to
}

/** One after the other: while one is counted the text of the others need not be there a second time. */
async function costsOf(price: Price, answers: readonly TextAnswer[]) {
  const told: ReturnType<typeof toldCost>[] = []
  for (const answer of answers) told.push(toldCost(price, await price.actualOf(answer)))
  return told
}

/** An event that is an error, or null, has nothing to be completed with. */
async function answersOf(
  { engine, plan, operation }: { readonly engine: Engine; readonly plan: SubscriptionPlan; readonly operation: Operation },
  events: readonly ExecutionResult[],
  call: Call,
): Promise<readonly TextAnswer[]> {
  const whole = events.filter(({ data }) => data)
  const answers = (await engine.executeEventsText(plan, whole, operation, call)).values()
  return events.map((event) => {
    if (!event.data) return answerOf(asClientErrors(event, plan))
    const { value } = answers.next()
    if (!value) throw new Error('an event was not executed')
    return value
  })
}

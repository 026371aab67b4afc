import { codedError } from '@planet/runtime/errors'
import { markOf } from '@planet/runtime/event-log/log-mark'
import type { ExecutionResult } from 'graphql'
import type { EventStream } from '../subgraphs/transport.ts'
import type { Delivery } from './rules.ts'
import type { Position, Source } from './source.ts'

/** First pause before an upstream is opened again, doubled each time up to the last. */
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 2_000
/** An upstream that was open for so long was no failure to open. */
const STABLE_MS = 5_000

export type Upstream = { close(): void }

/** Reads one subscription at the subgraph that owns its root field, through the subgraph's restarts. */
export function openUpstream(options: {
  readonly source: Source
  readonly delivery: Delivery
  /** Where a LOG starts; null is now. */
  readonly after: string | null
  /** How long it is tried to reach a subgraph that was lost. */
  readonly failoverMs: number
  readonly subscribe: (operation: ReturnType<Source['operation']>, signal: AbortSignal) => Promise<EventStream | ExecutionResult>
  readonly onEvent: (event: ExecutionResult, position: Position) => void
  /** A LOG has nothing between the last event and this cursor. */
  readonly onMark: (cursor: string) => void
  /** Undefined if there is room for more events now. */
  readonly whenRoom: () => Promise<void> | undefined
  readonly onLost: () => void
  /** Called once, unless it was closed before. Undefined is the regular end of the stream. */
  readonly onEnd: (last: ExecutionResult | undefined) => void
  readonly onFailure: (error: unknown) => void
}): Upstream {
  const { source, delivery } = options
  const closing = new AbortController()
  let stream: EventStream | undefined
  let cursor = options.after
  let seq = Number.NEGATIVE_INFINITY
  let failedSinceMs: number | null = null
  let attempt = 0
  let events = 0

  /** Reads until the stream is over; what it was over with, if it was no regular end. */
  const pump = async (opened: EventStream): Promise<ExecutionResult | undefined> => {
    for (;;) {
      const room = options.whenRoom()
      if (room) await room
      if (closing.signal.aborted) return undefined
      const step = await opened.next()
      if (closing.signal.aborted || step.done) return undefined
      const event = step.value
      const mark = markOf(event)
      if (mark !== null) {
        cursor = mark
        options.onMark(mark)
        continue
      }
      if (event.data === undefined) return event
      const position = source.positionOf(event)
      if (delivery === 'LOG') {
        // An event that could not be read would be lost: it is read again.
        if (position.cursor === null) return event
        cursor = position.cursor
      }
      events++
      failedSinceMs = null
      attempt = 0
      if (position.seq !== null) {
        if (position.seq <= seq) continue
        seq = position.seq
      }
      options.onEvent(event, position)
    }
  }

  const open = async (): Promise<ExecutionResult | undefined> => {
    const opened = await options.subscribe(source.operation(cursor), closing.signal)
    if (!(Symbol.asyncIterator in opened)) return opened
    stream = opened
    try {
      return closing.signal.aborted ? undefined : await pump(opened)
    } finally {
      stream = undefined
      opened.return().catch(() => {})
    }
  }

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const openedAtMs = performance.now()
      const eventsBefore = events
      const last = await open()
      if (closing.signal.aborted) return
      const nowMs = performance.now()
      if (nowMs - openedAtMs > STABLE_MS) failedSinceMs = null
      const isFirst = failedSinceMs === null && eventsBefore === events && nowMs - openedAtMs <= STABLE_MS
      if (!last || delivery === null || !isLoss(last, isFirst)) return options.onEnd(last)
      if (failedSinceMs === null) {
        failedSinceMs = nowMs
        attempt = 0
      }
      if (nowMs - failedSinceMs > options.failoverMs) return options.onEnd(unreachable())
      // One that was ahead of us is only begun anew where we are.
      if (codeOf(last) !== 'SLOW_CONSUMER') options.onLost()
      await pause(pauseMs(attempt++), closing.signal)
    }
  }
  run().catch((error: unknown) => {
    if (!closing.signal.aborted) options.onFailure(error)
  })

  return {
    close() {
      closing.abort()
      stream?.return().catch(() => {})
    },
  }
}

/**
 * Whether an upstream was lost rather than refused or over. What fails inside the subgraph at the very start will fail again;
 * later it is taken for an accident.
 */
function isLoss(last: ExecutionResult, isFirst: boolean): boolean {
  const code = codeOf(last)
  return LOSSES.has(code) || (code === 'INTERNAL' && !isFirst)
}

const codeOf = ({ errors = [] }: ExecutionResult): unknown => errors[0]?.extensions.code

const LOSSES: ReadonlySet<unknown> = new Set(['UNAVAILABLE', 'SLOW_CONSUMER', 'SUBSCRIPTION_DRAINING'])

const unreachable = (): ExecutionResult => ({
  errors: [codedError('UNAVAILABLE', 'A part of the graph cannot be reached. Subscribe again.')],
})

/** Between half and all of the pause, so that what was lost together does not come back together. */
const pauseMs = (attempt: number) => Math.min(FIRST_PAUSE_MS * 2 ** attempt, LAST_PAUSE_MS) * (0.5 + Math.random() / 2)

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })

import type { Clock } from '@planet/runtime/clock'
import { codedError } from '@planet/runtime/errors'
import type { EventLog } from '@planet/runtime/event-log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { LiveSessionRow } from './db/live-session.ts'
import { sessionStream } from './events.ts'
import { createLatest } from './latest.ts'
import { createPace } from './pace.ts'
import { type SessionConsensus, sessionConsensus } from './session-consensus.ts'

/** The consensus of one session for all its subscribers in this process, computed once per change. */
export type ConsensusFeed = {
  /** Throws BAD_USER_INPUT if there is no such session. */
  subscribe(): Promise<AsyncGenerator<SessionConsensus, void, void>>
  close(): void
}

/** At most 10 values per second, in milliseconds of the machine. */
const INTERVAL_MS = 100
/** How often the platform's clock, which may run faster than the machine's, is asked whether the hidden phase is over. */
const LOOK_MS = 100
const RETRY_MS = 500

/**
 * Follows the session's stream in the event log, so that it does not matter which replica took a vote. An event only says
 * that something has changed: the value is always read anew. Gives everything up once nobody reads or the session has ended.
 */
export function createConsensusFeed(options: {
  readonly sessionId: Id<'LiveSession'>
  /** The session with its votes; null if there is none. */
  readonly readSession: (id: Id<'LiveSession'>) => Promise<LiveSessionRow | null>
  readonly events: EventLog
  readonly clock: Clock
  readonly log: Logger
  /** Called once, when the feed can no longer be subscribed to. */
  readonly onClosed: () => void
}): ConsensusFeed {
  const { sessionId, readSession, events, clock, log, onClosed } = options
  const stop = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const latest = createLatest<SessionConsensus>(() => closeIfUnread())
  const pace = createPace(() => refresh(), INTERVAL_MS)
  let shown: SessionConsensus | null = null
  let joiningCount = 0

  const close = (error?: unknown) => {
    if (stop.signal.aborted) return
    stop.abort()
    pace.stop()
    stopListening()
    for (const timer of timers) clearTimeout(timer)
    latest.end(error)
    onClosed()
  }

  const closeIfUnread = () => {
    if (latest.readerCount === 0 && joiningCount === 0) close()
  }

  const show = (session: LiveSessionRow) => {
    const consensus = sessionConsensus(session, clock.now())
    const isNews = shown === null || consensus.seq > shown.seq
    shown = consensus
    if (isNews) latest.publish(consensus)
    else latest.set(consensus)
    if (session.status === 'ENDED') close()
    else awaitReveal()
  }

  const refresh = async () => {
    try {
      const session = await readSession(sessionId)
      if (session && !stop.signal.aborted) show(session)
    } catch (error) {
      if (stop.signal.aborted) return
      log.warn({ err: error, sessionId }, 'a consensus could not be read; trying again')
      later(() => pace.request(), RETRY_MS)
    }
  }

  const later = (work: () => void, ms: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  /** The end of the hidden phase is no event: only the clock tells. */
  const isRevealDue = () => {
    if (shown?.state !== 'HIDDEN' || shown.session.status !== 'LIVE') return false
    return sessionConsensus(shown.session, clock.now()).state !== 'HIDDEN'
  }
  const look = () => {
    if (isRevealDue()) pace.request()
    else awaitReveal()
  }
  const awaitReveal = () => {
    if (shown?.state === 'HIDDEN' && shown.session.status === 'LIVE' && timers.size === 0) later(look, LOOK_MS)
  }
  const stopListening = clock.onAdvance(() => {
    if (isRevealDue()) pace.request()
  })

  const follow = async (after: string) => {
    try {
      const tail = events.tail({ after, streams: [sessionStream(sessionId)], signal: stop.signal })
      for await (const _ of tail) pace.request()
    } catch (error) {
      close(error)
    }
  }

  const open = async () => {
    try {
      // What commits after the session is read is positioned after this head.
      const head = await events.head()
      const session = await readSession(sessionId)
      if (!session) throw codedError('BAD_USER_INPUT', 'No such session.')
      if (stop.signal.aborted) return
      show(session)
      if (!stop.signal.aborted) void follow(head)
    } catch (error) {
      close(error)
      throw error
    }
  }
  const opened = open()
  // Whoever subscribes is told.
  opened.catch(() => {})

  return {
    async subscribe() {
      joiningCount++
      try {
        await opened
        return latest.read()
      } finally {
        joiningCount--
      }
    },
    close: () => close(),
  }
}

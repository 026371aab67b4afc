import type { ReplayClock } from '@planet/runtime/clock'
import type { Logger } from '@planet/runtime/log'
import { type Api, patient } from './api.ts'
import { endMeeting, schedule, startMeeting, vote } from './meeting.ts'
import { chat, openFloor } from './mingling.ts'
import type { Market, SandboxPost } from './publishing.ts'

const VOTE_EVERY_MS = 2_000
const ROUNDS = 90
const RETRY_MS = 10_000

/**
 * Keeps one session of the host live at all times, so that the consensus stream always has something to say: the readers
 * vote a few at a time, a new session follows the one before, which is over by then, whatever went wrong in it. Ends when
 * `signal` aborts.
 */
export async function keepRoomOpen(options: {
  readonly api: Api
  readonly clock: ReplayClock
  readonly markets: readonly Market[]
  readonly posts: () => readonly SandboxPost[]
  /** How far ahead a session is announced, in milliseconds of the market; it starts at once all the same. */
  readonly leadMs: number
  readonly onOpen: (sessionId: string) => Promise<void>
  readonly pause: (ms: number) => Promise<void>
  readonly log: Logger
  readonly signal: AbortSignal
}): Promise<void> {
  const { clock, markets, posts, leadMs, onOpen, pause, log, signal } = options
  const api = patient(options.api, signal)
  for (let i = 0; !signal.aborted; i++) {
    const market = markets[i % markets.length]
    if (!market) return
    const now = clock.now()
    const name = now.toISOString().slice(0, 19).replace('T', ' ')
    let sessionId: string | null = null
    try {
      sessionId = await schedule(api, name, market, posts(), new Date(now.getTime() + leadMs))
      await startMeeting(api, sessionId)
      await onOpen(sessionId)
      await openFloor(api, sessionId, name)
      for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
        await vote(api, sessionId, `${name} ${round}`, 0.25)
        await chat(api, sessionId, `${name} ${round}`, 3)
        await pause(VOTE_EVERY_MS)
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'the sandbox could not keep its live session open; it opens another')
      await pause(RETRY_MS)
    }
    while (sessionId !== null) {
      try {
        await endMeeting(api, sessionId, name)
        sessionId = null
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error, sessionId }, 'the sandbox could not end its live session; it tries again')
        await pause(RETRY_MS)
      }
    }
  }
}

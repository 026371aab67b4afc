import { setTimeout as delay } from 'node:timers/promises'
import type { Id } from '@planet/runtime/ids'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { followSignals, type SignalPublished } from '../../examples/partner-signals/follow-signals.ts'
import { newUserId, type Stage } from './stage.ts'

export type Follower = {
  /** Null: all creators. */
  readonly creatorIds: readonly Id<'User'>[] | null
  /** What was delivered, in this order, repetitions included. */
  readonly taken: readonly SignalPublished[]
  stop(): Promise<void>
}

/** A partner's app that stores the cursor with each signal, and takes up to `slowMs` milliseconds for each. */
export function followWithCursor(stage: Stage, creatorIds: Follower['creatorIds'], slowMs = 0): Follower {
  const taken: SignalPublished[] = []
  const stopped = new AbortController()
  const following = followSignals(
    {
      url: `ws://127.0.0.1:${stage.proxy.port}/graphql`,
      creatorIds,
      token: () => stage.tokenOf(newUserId()),
      cursor: async () => taken.at(-1)?.cursor ?? null,
      async store(event) {
        if (slowMs > 0) await delay(Math.random() * slowMs)
        taken.push(event)
      },
      async restart(code) {
        throw new Error(`A cursor of the platform's own is ${code}.`)
      },
    },
    stopped.signal,
  )
  return {
    creatorIds,
    taken,
    async stop() {
      stopped.abort()
      await following
    },
  }
}

const RECONNECT_MS = 200

/** The control: connects again as soon as it can, without a cursor. */
export function followLiveOnly(stage: Stage): Follower {
  const taken: SignalPublished[] = []
  const stopped = new AbortController()
  const once = async () => {
    const client = createClient({
      url: `ws://127.0.0.1:${stage.proxy.port}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    })
    stopped.signal.addEventListener('abort', client.terminate)
    try {
      const events = client.iterate<{ signalPublished: SignalPublished }>({
        query:
          'subscription { signalPublished { seq at cursor signal { id side entry stop } post { title author { id handle } } } }',
      })
      for await (const { data } of events) {
        if (!data?.signalPublished) break
        taken.push(data.signalPublished)
      }
    } catch {
      // Cut off: what happens until it is back, it never learns.
    } finally {
      stopped.signal.removeEventListener('abort', client.terminate)
      client.terminate()
    }
  }
  const following = (async () => {
    while (!stopped.signal.aborted) {
      await once()
      await delay(RECONNECT_MS)
    }
  })()
  return {
    creatorIds: null,
    taken,
    async stop() {
      stopped.abort()
      await following
    },
  }
}

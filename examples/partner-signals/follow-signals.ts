import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

export type SignalPublished = {
  readonly seq: number
  readonly at: string
  readonly cursor: string
  readonly signal: { readonly id: string; readonly side: 'LONG' | 'SHORT'; readonly entry: string; readonly stop: string }
  readonly post: { readonly title: string; readonly author: { readonly id: string; readonly handle: string } | null }
}

export type App = {
  readonly url: string
  /** Null: all creators. */
  readonly creatorIds: readonly string[] | null
  /** An access token that is valid now; asked for at every connection, so that a fresh one is taken up by itself. */
  token(): Promise<string>
  /** The cursor that was stored last; null before the first. */
  cursor(): Promise<string | null>
  /** Does what the event asks for and stores its cursor, both or neither. */
  store(event: SignalPublished): Promise<void>
  /** The cursor cannot be gone on from: reads the state by queries, then stores `oldest` (null: from now on) as the cursor. */
  restart(code: string, oldest: string | null): Promise<void>
}

const QUERY = `subscription ($creatorIds: [ID!], $after: Cursor) { signalPublished(creatorIds: $creatorIds, after: $after) {
  seq at cursor signal { id side entry stop } post { title author { id handle } } } }`
const NO_USE = /^(BAD_USER_INPUT|COST_EXCEEDED|FORBIDDEN|GRAPHQL_\w+|OPERATION_NOT_LISTED)$/
const [SILENCE_MS, MAX_WAIT_MS] = [30_000, 10_000]

/** Calls `app.store` for every public signal once and in order until `signal` aborts; throws what trying again cannot mend. */
export async function followSignals(app: App, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const connectionParams = async () => ({ authorization: `Bearer ${await app.token()}` })
    // This loop connects again, not the client, which would subscribe from the old cursor.
    const client = createClient({ url: app.url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, keepAlive: 10_000 })
    const silence = setTimeout(client.terminate, SILENCE_MS)
    client.on('message', () => silence.refresh())
    signal.addEventListener('abort', client.terminate)
    let waitMs = Math.random() * Math.min(MAX_WAIT_MS, 250 * 2 ** Math.min(failures, 10))
    try {
      const variables = { creatorIds: app.creatorIds, after: await app.cursor() }
      for await (const { data, errors } of client.iterate<{ signalPublished: SignalPublished }>({ query: QUERY, variables })) {
        if (!data?.signalPublished) throw errors
        await app.store(data.signalPublished)
        failures = 0
      }
    } catch (problem) {
      const { code = '', oldest = null, retryAfterMs = 0 } = (Array.isArray(problem) && problem[0]?.extensions) || {}
      if (NO_USE.test(code)) throw problem
      if (code.startsWith('CURSOR_')) await app.restart(code, oldest)
      waitMs = Math.max(waitMs, retryAfterMs)
    }
    clearTimeout(silence)
    signal.removeEventListener('abort', client.terminate)
    client.terminate()
    await delay(waitMs, undefined, { signal }).catch(() => {})
  }
}

import type { ServerResponse } from 'node:http'
import type { Backlog } from '../http/backlog.ts'
import { type Frame, hasData, payloadOf, resultOf } from './frame.ts'
import type { Subscriber } from './subscriber.ts'

/** A comment: clients skip it, and proxies see that the connection lives. */
const HEARTBEAT = ':\n\n'
const COMPLETE = 'event: complete\ndata:\n\n'

let last: { readonly frame: Frame; readonly text: Buffer } | null = null

/**
 * A result as an event of GraphQL over SSE. Its `id`, where it has a place in a log, is what a client sends as
 * `Last-Event-ID` to go on from there. The same bytes serve everybody who gets the frame.
 */
function nextOf(frame: Frame): Buffer {
  if (last?.frame === frame) return last.text
  const id = frame.cursor !== null && isOneLine(frame.cursor) ? `id: ${frame.cursor}\n` : ''
  const text = Buffer.concat([Buffer.from(`event: next\n${id}data: `), payloadOf(frame), Buffer.from('\n\n')])
  last = { frame, text }
  return text
}

const isOneLine = (text: string) => !/[\r\n\0]/.test(text)

/** One operation on an open response, which is its own. */
export class SseSubscriber implements Subscriber {
  readonly #response: ServerResponse
  readonly #maxWaitingBytes: number
  readonly #backlog: Backlog
  /** The latest event of a STATE that the network did not take yet. */
  #latest: Frame | null = null
  #isEnded = false
  #wasFull = false

  constructor(response: ServerResponse, maxWaitingBytes: number, backlog: Backlog) {
    this.#response = response
    this.#maxWaitingBytes = maxWaitingBytes
    this.#backlog = backlog
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  take(frame: Frame, latestOnly: boolean): boolean {
    const response = this.#response
    if (latestOnly && response.writableNeedDrain) {
      const isWaiting = this.#latest !== null
      this.#latest = frame
      if (!isWaiting) response.once('drain', () => this.#sendLatest())
      return true
    }
    if (response.writableLength > this.#maxWaitingBytes) return false
    this.#write(nextOf(frame))
    return true
  }

  whenSent(): Promise<void> | undefined {
    const response = this.#response
    if (this.#isEnded || response.closed || !response.writableNeedDrain) return undefined
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }

  hold(): void {
    this.#response.cork()
  }

  release(): void {
    this.#response.uncork()
  }

  end(last: Frame | null): void {
    this.#latest = null
    if (last) {
      const retryAfterMs = retryAfterOf(last)
      this.#write(retryAfterMs === null ? nextOf(last) : Buffer.concat([Buffer.from(`retry: ${retryAfterMs}\n`), nextOf(last)]))
    }
    this.#write(COMPLETE)
    this.#isEnded = true
    this.#response.end()
  }

  /** Shows that the connection lives; breaks it if the client has not read what there was the last time. */
  beat(): void {
    if (this.#response.closed) return
    const isFull = this.#isEnded || this.#response.writableNeedDrain
    if (isFull && this.#wasFull) this.#response.destroy()
    else if (!isFull) this.#write(HEARTBEAT)
    this.#wasFull = isFull
  }

  #write(text: Buffer | string): void {
    const response = this.#response
    if (this.#isEnded || response.destroyed) return
    response.write(text)
    if (response.socket) this.#backlog.wrote(response.socket)
  }

  #sendLatest(): void {
    const latest = this.#latest
    this.#latest = null
    if (latest) this.#write(nextOf(latest))
  }
}

/** When the gateway says to come back; only the last event of a subscription may say so. */
function retryAfterOf(frame: Frame): number | null {
  // Data may be large, and where there are any nobody is sent away.
  if (hasData(frame)) return null
  const given = resultOf(frame).errors?.[0]?.extensions?.retryAfterMs
  return typeof given === 'number' ? Math.round(given) : null
}

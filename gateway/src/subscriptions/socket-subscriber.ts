import { MessageType } from 'graphql-ws'
import type { Frame } from './frame.ts'
import type { Outlet } from './outlet.ts'
import { headOfNext, messageOf } from './protocol.ts'
import type { Subscriber } from './subscriber.ts'

/** One operation on a socket. A class, because there are tens of thousands of them. */
export class SocketSubscriber implements Subscriber {
  readonly #outlet: Outlet
  readonly #id: string
  readonly #head: Buffer
  readonly #maxWaitingBytes: number
  readonly #onEnd: () => void
  /** The latest event of a STATE that the network did not take yet. */
  #latest: Frame | null = null
  #isOver = false

  constructor(outlet: Outlet, id: string, maxWaitingBytes: number, onEnd: () => void) {
    this.#outlet = outlet
    this.#id = id
    this.#head = headOfNext(id)
    this.#maxWaitingBytes = maxWaitingBytes
    this.#onEnd = onEnd
  }

  take(frame: Frame, latestOnly: boolean): boolean {
    const outlet = this.#outlet
    if (this.#isOver) return true
    if (latestOnly && outlet.isFull()) {
      const isWaiting = this.#latest !== null
      this.#latest = frame
      if (!isWaiting) outlet.onceDrained(() => this.#sendLatest())
      return true
    }
    if (outlet.waitingBytes() > this.#maxWaitingBytes) return false
    outlet.send(this.#head, frame.tail)
    return true
  }

  whenSent(): Promise<void> | undefined {
    if (!this.#outlet.isOpen() || !this.#outlet.isFull()) return undefined
    return new Promise((resolve) => this.#outlet.onceDrained(resolve))
  }

  hold(): void {
    this.#outlet.hold()
  }

  release(): void {
    this.#outlet.release()
  }

  end(last: Frame | null): void {
    if (this.#isOver) return
    this.leave()
    if (last) this.#outlet.send(this.#head, last.tail)
    this.#outlet.sendText(messageOf(MessageType.Complete, { id: this.#id }))
    this.#onEnd()
  }

  /** Nothing follows, also of what waits: the client may use the id for another operation. */
  leave(): void {
    this.#isOver = true
    this.#latest = null
  }

  #sendLatest(): void {
    const latest = this.#latest
    this.#latest = null
    if (latest) this.#outlet.send(this.#head, latest.tail)
  }
}

/** Tells when an answer is not wanted any more. An AbortSignal is one. */
export type AbortSource = {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
  /** Whether nobody waits for the answer any more. Left out: that is so once it is aborted. */
  readonly isDropped?: boolean
}

/**
 * As an AbortController, for a fraction of its price: nearly every request ends without having been abandoned. The signal
 * is made for whoever needs a real one. Every listener is called once.
 */
export class Abandonment implements AbortSource {
  aborted = false
  isDropped = false
  reason: unknown = undefined
  #listeners: (() => void)[] = []
  #controller: AbortController | null = null

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.isDropped = true
    this.expire(reason)
  }

  /** Aborts what is waited for; what is there may still be made into an answer. */
  expire(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
    this.#controller?.abort(reason)
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const position = this.#listeners.indexOf(listener)
    if (position !== -1) this.#listeners.splice(position, 1)
  }
}

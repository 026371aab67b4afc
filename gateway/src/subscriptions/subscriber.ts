import type { Frame } from './frame.ts'

/** Somebody who gets the events of one subscription. */
export interface Subscriber {
  /**
   * Takes one event. False if it has too much to send already: then it has not taken it, and gets nothing but its end. One
   * that is `latestOnly` may wait, and a newer one may take its place.
   */
  take(frame: Frame, latestOnly: boolean): boolean
  /** Undefined if what was taken has been sent, or can be; else resolves then, or when it never will. */
  whenSent(): Promise<void> | undefined
  /** Several events follow until `release`: they may be sent as one. */
  hold(): void
  release(): void
  /** The end, after `last` if there is a reason. Nothing follows. */
  end(last: Frame | null): void
}

/** One subscription of a client. Both end it; calls after the end do nothing. */
export type Subscription = {
  /** The client wants no more; it is told nothing. */
  leave(): void
  /** The gateway goes away: the client is told where to go on, and to come back after so long. */
  drain(retryAfterMs: number): void
}

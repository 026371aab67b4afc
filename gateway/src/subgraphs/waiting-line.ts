import type { AbortSource } from '../abandonment.ts'
import { startDeadline } from '../deadline.ts'

/** Between two attempts to connect to a subgraph that is away. */
const KNOCK_MS = 100
/** A subgraph that has been away for so long, as long as an operation may fetch, is not expected back at any moment. */
const AWAY_LIMIT_MS = 5_000

/** Who waits for a subgraph to listen. One of the two is called once. */
export type Waiter = {
  readonly signal: AbortSource
  /** By `performance.now()`. */
  readonly endsAt: number
  /** Somebody listens. `wasAway` says that nobody did at some time since the waiter joined. */
  readonly proceed: (wasAway: boolean) => void
  readonly giveUp: () => void
}

type Place = { readonly waiter: Waiter; readonly leave: () => void; wasAway: boolean }

/**
 * Waits in the name of all: while anybody waits, and while the subgraph is away, one connection after the other is tried and
 * nothing is sent, so that a subgraph that starts is met by those who waited and not by a storm of attempts.
 */
export class WaitingLine {
  readonly #knock: (take: (isThere: boolean) => void) => void
  readonly #onChange: (change: 'away' | 'back' | 'gone') => void
  readonly #places = new Set<Place>()
  #awaySince: number | null = null
  #isKnocking = false
  #timer: NodeJS.Timeout | undefined

  /** `gone`: it has been away for longer than it is waited for. */
  constructor(knock: (take: (isThere: boolean) => void) => void, onChange: (change: 'away' | 'back' | 'gone') => void) {
    this.#knock = knock
    this.#onChange = onChange
  }

  get size(): number {
    return this.#places.size
  }

  /** Whether the last attempt to connect failed. */
  get isAway(): boolean {
    return this.#awaySince !== null
  }

  join(waiter: Waiter): void {
    const leave = () => {
      callOff()
      waiter.signal.removeEventListener('abort', giveUp)
      this.#places.delete(place)
    }
    const giveUp = () => {
      leave()
      waiter.giveUp()
    }
    const callOff = startDeadline(waiter.endsAt - performance.now(), giveUp)
    const place: Place = { waiter, leave, wasAway: this.isAway }
    waiter.signal.addEventListener('abort', giveUp, { once: true })
    this.#places.add(place)
    this.#look()
  }

  /** Somebody could not connect. */
  noteAway(): void {
    for (const place of this.#places) place.wasAway = true
    if (this.#awaySince === null) {
      this.#awaySince = performance.now()
      this.#onChange('away')
    }
    this.#look()
  }

  /** Somebody listens. */
  noteThere(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#awaySince !== null) {
      this.#awaySince = null
      this.#onChange('back')
    }
    for (const { waiter, leave, wasAway } of [...this.#places]) {
      leave()
      waiter.proceed(wasAway)
    }
  }

  close(): void {
    this.#awaySince = null
    this.#stop()
  }

  #look(): void {
    if (this.#isKnocking || this.#timer) return
    this.#isKnocking = true
    this.#knock((isThere) => {
      this.#isKnocking = false
      if (isThere) return this.noteThere()
      if (this.#places.size === 0 && this.#awaySince === null) return
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#look()
      }, KNOCK_MS).unref()
      this.noteAway()
      if (this.#awaySince !== null && performance.now() - this.#awaySince >= AWAY_LIMIT_MS) this.#giveUpHope()
    })
  }

  #giveUpHope(): void {
    this.#awaySince = null
    this.#onChange('gone')
    this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { waiter, leave } of [...this.#places]) {
      leave()
      waiter.giveUp()
    }
  }
}

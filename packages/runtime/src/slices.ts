import { lookAtHeap } from './heap.ts'

/** How long one turn of the event loop works on operations that are large. */
const SLICE_MS = 10
/** Steps between two looks at the clock, where a step is what one object of an answer takes. */
const STEPS_PER_LOOK = 64
/** Steps that an operation takes in one go whatever the time: most never take more. */
const FREE_STEPS = 1_000

let steps = 0
/** When the slice began that this turn of the loop belongs to; null until somebody looks. */
let beganAt: number | null = null
let isOver = false
let waiting: (() => void)[] = []

/**
 * Takes `count` steps; true once the rest is for a later slice, which `later` runs. All large operations of the process share
 * a slice, so that together they hold the event loop no longer than one.
 */
export function isSliceOver(count = 1): boolean {
  steps += count
  if (steps < STEPS_PER_LOOK) return isOver
  steps = 0
  const now = performance.now()
  if (beganAt === null) begin(now)
  else isOver = now - beganAt >= SLICE_MS
  return isOver
}

function begin(now: number): void {
  beganAt = now
  setImmediate(turn)
}

/** The end of one slice and, if something waits, the next. What comes over the network has its turn in between. */
function turn(): void {
  beganAt = null
  isOver = false
  if (waiting.length === 0) return
  // Timers may be late by as much as large work takes.
  lookAtHeap()
  const now = performance.now()
  begin(now)
  const ready = waiting
  waiting = []
  let at = 0
  while (at < ready.length && !isOver) {
    ready[at++]?.()
    isOver = performance.now() - now >= SLICE_MS
  }
  if (at < ready.length) waiting = [...ready.slice(at), ...waiting]
}

/** What it takes to write or count a piece of text of some 32 kB, in steps. */
export const STEPS_PER_PIECE = 500

/** Runs `work` in a later slice, after what has waited longer. */
export function later<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  // Whoever waits knows what is thrown by what it is, and not everything that is thrown is an error.
  const attempt = async () => work()
  return new Promise((resolve) => {
    if (beganAt === null) begin(performance.now())
    waiting.push(() => resolve(attempt()))
  })
}

/** The work on one operation, which is done at once up to a bound, and beyond it in slices. */
export class Work {
  #steps = 0
  readonly #check: () => void

  /** `check` throws once the work has to stop. It is called often. */
  constructor(check: () => void = () => {}) {
    this.#check = check
  }

  /** Takes `count` steps; true if what is left is for a later slice. Throws if the work has to stop. */
  isDue(count = 1): boolean {
    this.#check()
    this.#steps += count
    return this.#steps > FREE_STEPS && isSliceOver(count)
  }

  /** Runs `work` in a later slice, unless it has to stop. */
  later<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    return later(() => {
      this.#check()
      return work()
    })
  }
}

/** Runs what yields wherever it may be interrupted: at once if it never does. */
export function inSlices<Result>(work: Work, steps: Generator<undefined, Result>): Result | Promise<Result> {
  const { value, done } = steps.next()
  return done ? value : work.later(() => inSlices(work, steps))
}

/** The package's main file loads a limiter for each of a dozen databases, and says nothing of what its memory limiter counts in. */
declare module 'rate-limiter-flexible/lib/component/MemoryStorage/MemoryStorage.js' {
  type Counted = {
    readonly consumedPoints: number
    readonly msBeforeNext: number
    readonly isFirstInDuration: boolean
  }

  /** Counts by key, each for a time that begins with the first. */
  export default class MemoryStorage {
    incrby(key: string, value: number, durationSec: number): Counted
    get(key: string): Counted | null
  }
}

import { codedError } from '@planet/runtime/errors'

/** Does work on a key when it is its turn; what waits holds no connection to the database. */
export type Turns = {
  /** Throws UNAVAILABLE if too many wait for the key already. */
  take<Result>(key: string, work: () => Promise<Result>): Promise<Result>
}

/**
 * Whatever waits for one row in the database waits here first, in order, so that a crowd in one session leaves the other
 * connections to everybody else. `atOnce`: two, so that the next is there when the lock is let go.
 */
export function createTurns(options: { readonly atOnce: number; readonly maxWaiting: number }): Turns {
  const { atOnce, maxWaiting } = options
  const lines = new Map<string, { atWork: number; readonly waiting: (() => void)[] }>()

  return {
    async take(key, work) {
      const line = lines.get(key) ?? { atWork: 0, waiting: [] }
      lines.set(key, line)
      if (line.atWork < atOnce) line.atWork++
      else if (line.waiting.length >= maxWaiting) throw codedError('UNAVAILABLE', 'Too many at once; try again.')
      else await new Promise<void>((resolve) => line.waiting.push(resolve))
      try {
        return await work()
      } finally {
        // Whoever is next takes over this one's place.
        const next = line.waiting.shift()
        if (next) next()
        else if (--line.atWork === 0) lines.delete(key)
      }
    },
  }
}

import { codedError } from '../errors.ts'

export type Slots = {
  /** A slot that is free now; the answer gives it back. Null if there is none, or no more will be given. */
  take(): (() => void) | null
  /** Waits in line for a slot; the answer gives it back. Throws UNAVAILABLE when the wait is over its limit. */
  acquire(): Promise<() => void>
  /** Refuses everyone who waits or comes later. */
  close(): void
}

/**
 * As many slots as there are connections, handed out first come, first served. postgres.js has no limit to the wait of
 * its own and would queue a query behind a stranger's slow one.
 */
export function createSlots(count: number, waitLimitMs: number): Slots {
  const line: { start: () => void; refuse: () => void }[] = []
  let free = count
  let closed = false

  const leave = () => {
    const next = line.shift()
    if (next) next.start()
    else free += 1
  }
  const once = () => {
    let given = true
    return () => {
      if (given) leave()
      given = false
    }
  }
  const overloaded = () => codedError('UNAVAILABLE', closed ? 'The database is closed.' : 'The database is too busy.')

  const take = () => {
    if (closed || free === 0) return null
    free -= 1
    return once()
  }

  return {
    take,
    acquire: async () => {
      if (closed) throw overloaded()
      const taken = take()
      if (taken) return taken
      return new Promise((resolve, reject) => {
        const waiting = {
          start: () => {
            clearTimeout(timer)
            resolve(once())
          },
          refuse: () => {
            clearTimeout(timer)
            reject(overloaded())
          },
        }
        const timer = setTimeout(() => {
          line.splice(line.indexOf(waiting), 1)
          waiting.refuse()
        }, waitLimitMs)
        line.push(waiting)
      })
    },
    close: () => {
      closed = true
      for (const waiting of line.splice(0)) waiting.refuse()
    },
  }
}

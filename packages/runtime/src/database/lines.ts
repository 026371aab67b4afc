import { createSlots, type Slots } from './slots.ts'

/**
 * A line for each statement that takes long, for a lock say: however many ask for the same, it holds few connections, and
 * the others are for everybody else.
 */
export type Lines = {
  has(text: string): boolean
  /** A place among the few, to be given back; null if nothing holds `text` up. Rejects with UNAVAILABLE when the wait is over. */
  enter(text: string): Promise<() => void> | null
  /** Tells that a statement of `text` takes long; the answer tells that it has ended. */
  hold(text: string): () => void
}

/** `width` is how many of one text may run while one of them takes long. */
export function createLines(width: number, waitLimitMs: number): Lines {
  const lines = new Map<string, { readonly slots: Slots; users: number }>()

  const join = (text: string) => {
    const line = lines.get(text) ?? { slots: createSlots(width, waitLimitMs), users: 0 }
    lines.set(text, line)
    line.users += 1
    const leave = (release: (() => void) | null) => {
      release?.()
      line.users -= 1
      if (line.users === 0) lines.delete(text)
    }
    return { slots: line.slots, leave }
  }

  return {
    has: (text) => lines.has(text),
    enter(text) {
      if (!lines.has(text)) return null
      const { slots, leave } = join(text)
      return slots.acquire().then(
        (release) => () => leave(release),
        (error: unknown) => {
          leave(null)
          throw error
        },
      )
    },
    hold(text) {
      const { slots, leave } = join(text)
      const release = slots.take()
      return () => leave(release)
    },
  }
}

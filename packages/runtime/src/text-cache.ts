/** Keeps the entries used lately. What all together weigh stays within a limit. */
export type TextCache<Value> = {
  get(text: string): Value | undefined
  /** Replaces what `text` had. Keeps nothing that alone is heavier than the limit. */
  set(text: string, value: Value, weight: number): void
}

/** What a text takes of the heap as the key of an entry: two bytes for a character, as one beyond Latin makes all take. */
export const bytesOfKey = (text: string): number => BYTES_PER_ENTRY + 2 * text.length

/** Of a map and of the entry itself; measured, rounded up. */
const BYTES_PER_ENTRY = 200

type Entry<Value> = { readonly value: Value; readonly weight: number; isUsed: boolean }

/**
 * Entries that were not used since they were last looked at go first. A use only marks its entry: a map from which and to
 * which every use moves one is made anew all the time.
 */
export function createTextCache<Value>(maxWeight: number): TextCache<Value> {
  const entries = new Map<string, Entry<Value>>()
  let weight = 0
  const remove = (text: string) => {
    weight -= entries.get(text)?.weight ?? 0
    entries.delete(text)
  }
  return {
    get(text) {
      const entry = entries.get(text)
      if (!entry) return undefined
      entry.isUsed = true
      return entry.value
    },
    set(text, value, entryWeight) {
      remove(text)
      if (entryWeight > maxWeight) return
      for (const [oldest, entry] of entries) {
        if (weight + entryWeight <= maxWeight) break
        if (entry.isUsed) {
          entries.delete(oldest)
          entries.set(oldest, { ...entry, isUsed: false })
        } else remove(oldest)
      }
      entries.set(text, { value, weight: entryWeight, isUsed: false })
      weight += entryWeight
    },
  }
}

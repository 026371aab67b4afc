/** Keeps the entries used last. The weights of all together stay within a limit. */
export type TextCache<Value> = {
  get(text: string): Value | undefined
  /** Replaces what `text` had. Keeps nothing that alone is heavier than the limit. */
  set(text: string, value: Value, weight: number): void
}

export function createTextCache<Value>(maxWeight: number): TextCache<Value> {
  const entries = new Map<string, { readonly value: Value; readonly weight: number }>()
  let weight = 0
  const remove = (text: string) => {
    weight -= entries.get(text)?.weight ?? 0
    entries.delete(text)
  }
  return {
    get(text) {
      const entry = entries.get(text)
      if (!entry) return undefined
      // The order of a map is the order of insertion: what is used goes to the end.
      entries.delete(text)
      entries.set(text, entry)
      return entry.value
    },
    set(text, value, entryWeight) {
      remove(text)
      entries.set(text, { value, weight: entryWeight })
      weight += entryWeight
      for (const oldest of entries.keys()) {
        if (weight <= maxWeight) break
        remove(oldest)
      }
    },
  }
}

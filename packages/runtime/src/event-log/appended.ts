const listeners = new Set<() => void>()

/** Tells the relays of this process that an event was appended, and will be committed or not within moments. */
export function noteAppended(): void {
  for (const listener of listeners) listener()
}

/** Calls `listener` at every event that this process appends; returns how to stop. */
export function onAppended(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

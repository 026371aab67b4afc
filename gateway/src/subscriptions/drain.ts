import type { Connection } from './connection.ts'

/** Sockets are sent away over this time each, all together over no more than half of the grace. */
const SPREAD_PER_SOCKET_MS = 0.5
const STEP_MS = 20
/** The earliest that a client is told to come back; the latest is later the more of them there are. */
const FIRST_RETRY_MS = 250
const RETRY_PER_SOCKET_MS = 1
const LAST_RETRY_MS = 30_000

/** When one of so many clients is to come back, in milliseconds from now, at random. */
export const retryAfterMs = (clients: number): number =>
  Math.round(FIRST_RETRY_MS + Math.random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS + clients * RETRY_PER_SOCKET_MS))

/**
 * Sends clients away in a random order, a few at a time, so that they do not all come back at once; cuts those that have
 * not gone after `graceMs`. `connections` loses those that close. `onTold` is called once everybody has been told.
 */
export async function drainConnections(connections: ReadonlySet<Connection>, graceMs: number, onTold: () => void): Promise<void> {
  const deadlineMs = performance.now() + graceMs
  const leaving = shuffled([...connections])
  const count = leaving.length
  const spreadMs = Math.min(graceMs / 2, count * SPREAD_PER_SOCKET_MS)
  const perStep = Math.ceil(count / Math.max(1, spreadMs / STEP_MS))
  for (let from = 0; from < count; from += perStep) {
    if (from > 0) await pause()
    for (const connection of leaving.slice(from, from + perStep)) connection.drain(retryAfterMs(count))
  }
  onTold()
  while (connections.size > 0 && performance.now() < deadlineMs) await pause()
  for (const connection of connections) connection.terminate()
}

const pause = () => new Promise((resolve) => setTimeout(resolve, STEP_MS))

function shuffled<Item>(items: Item[]): readonly Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    const [one, two] = [items[last], items[other]]
    if (one === undefined || two === undefined) continue
    items[last] = two
    items[other] = one
  }
  return items
}

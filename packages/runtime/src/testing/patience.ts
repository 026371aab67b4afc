import { vi } from 'vitest'

/** How long a waiter waits before it says that what it waits for does not come: it costs nothing where the machine is quick. */
export const PATIENCE_MS = 60_000

/** The result of `look`, as soon as it does not throw; rejects with what it threw last once patience is over. */
export const eventually = <Result>(look: () => Result | Promise<Result>, intervalMs = 20): Promise<Result> =>
  vi.waitFor(look, { timeout: PATIENCE_MS, interval: intervalMs })

import type { IncomingMessage, Server } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const leaving = new WeakSet<Server>()

/** Whether a server ends each connection with the next answer on it. */
export const isLeaving = (server: Server): boolean => !server.listening || leaving.has(server)

/** As `isLeaving`, for the server that a request came to. */
export function isServerLeaving({ socket }: IncomingMessage): boolean {
  // Node notes there which server took a connection; its types do not say so.
  const { server } = socket as { readonly server?: Server }
  return server !== undefined && isLeaving(server)
}

/**
 * Sends clients elsewhere without refusing any: the server serves on for `leadMs`, but ends each connection with the next
 * answer on it. Whoever asks it whether it is ready has to be told no from the moment of this call.
 */
export async function leave(server: Server, leadMs: number): Promise<void> {
  if (!server.listening) return
  leaving.add(server)
  if (leadMs > 0) await wait(leadMs)
}

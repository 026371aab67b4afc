import type { Logger } from '@planet/runtime/log'

/** A logger that keeps what it is told, as JSON lines. */
export function createLogRecorder(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = []
  const note = (fields: unknown, message?: string) => {
    const { err, ...rest } = typeof fields === 'object' && fields !== null ? (fields as { err?: unknown }) : {}
    lines.push(JSON.stringify({ ...rest, err: String(err), message: message ?? String(fields) }))
  }
  const recorder = { trace() {}, debug() {}, info() {}, warn: note, error: note, fatal: note, child: () => recorder }
  // The gateway calls no other method of a logger.
  return { log: recorder as unknown as Logger, lines }
}

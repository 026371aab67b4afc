import type { IncomingMessage } from 'node:http'
import { isServerLeaving } from './leaving.ts'
import { http } from './node-http.ts'

/** What is read of a body that nobody wants; the rest is left where it is until its client has gone. */
const MAX_BYTES = 32 * 1024 * 1024
/** How long a client is waited for that goes on sending. */
const MAX_MS = 10_000

/**
 * A response that may be given before the request's body has come. It leaves at once, but the connection goes on being read,
 * within bounds, before it is closed or used again: closing it under a client that still sends makes the client's system
 * throw away the answer that has come. While its server is leaving, its connection ends with it.
 */
export class PatientResponse<Request extends IncomingMessage = IncomingMessage> extends http.ServerResponse<Request> {
  // Every way of answering leads here, when it is known whether the server stays.
  override writeHead(status: number, ...rest: unknown[]): this {
    if (isServerLeaving(this.req)) this.shouldKeepAlive = false
    return super.writeHead(status, ...(rest as []))
  }

  // All signatures of `end` in one.
  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    const { req } = this
    if (req.complete || req.destroyed || !hasBody(req))
      return super.end(chunk, encoding as BufferEncoding, callback as () => void)
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.write(chunk, encoding as BufferEncoding)
    else this.flushHeaders()
    while (this.writableCorked > 0) this.uncork()
    void drain(req).then((isWhole) => {
      super.end()
      if (!isWhole) req.socket.destroySoon()
    })
    return this
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** Whether the body came whole, or its client has gone or has had enough time. */
function drain(request: IncomingMessage): Promise<boolean> {
  return new Promise((resolve) => {
    let left = MAX_BYTES
    const over = (isWhole: boolean) => {
      clearTimeout(timer)
      request.off('data', count).off('end', onEnd).off('close', onClose)
      resolve(isWhole)
    }
    const onEnd = () => over(true)
    const onClose = () => over(false)
    const count = (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) request.pause()
    }
    const timer = setTimeout(onClose, MAX_MS)
    request.on('data', count).on('end', onEnd).on('close', onClose).resume()
  })
}

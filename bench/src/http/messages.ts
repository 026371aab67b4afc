/**
 * Takes HTTP/1.1 messages out of a kept-alive stream, as little as bench and generated subgraphs need, so that they cost
 * a fraction of what is measured. Bodies are framed by content-length or chunks; there are no trailers.
 */
export class MessageReader {
  readonly #onMessage: (head: string, body: Buffer) => void
  #rest: Buffer | null = null
  #wanted = 0

  constructor(onMessage: (head: string, body: Buffer) => void) {
    this.#onMessage = onMessage
  }

  push(chunk: Buffer): void {
    if (this.#rest) {
      this.#pending.push(chunk)
      this.#pendingLength += chunk.length
      if (this.#rest.length + this.#pendingLength < this.#wanted) return
      chunk = Buffer.concat([this.#rest, ...this.#pending])
      this.#pending = []
      this.#pendingLength = 0
      this.#rest = null
    }
    let at = 0
    while (at < chunk.length) {
      const headEnd = chunk.indexOf('\r\n\r\n', at, 'latin1')
      if (headEnd < 0) return this.#keep(chunk, at, 0)
      const head = chunk.toString('latin1', at, headEnd)
      const start = headEnd + 4
      const length = contentLength(head)
      if (length >= 0) {
        if (chunk.length < start + length) return this.#keep(chunk, at, start + length - at)
        this.#onMessage(head, chunk.subarray(start, start + length))
        at = start + length
        continue
      }
      const parts: Buffer[] = []
      const end = readChunks(chunk, start, parts)
      if (end < 0) return this.#keep(chunk, at, 0)
      this.#onMessage(head, parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))
      at = end
    }
  }

  #pending: Buffer[] = []
  #pendingLength = 0

  #keep(chunk: Buffer, at: number, wanted: number): void {
    this.#rest = chunk.subarray(at)
    this.#wanted = wanted
  }
}

/** Minus one for a chunked body, nought where the head names no body. */
function contentLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) return Number(length[1])
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? -1 : 0
}

/** Where the message ends; minus one if it is not all there. */
function readChunks(bytes: Buffer, start: number, parts: Buffer[]): number {
  let at = start
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1')
    if (lineEnd < 0) return -1
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const from = lineEnd + 2
    if (bytes.length < from + length + 2) return -1
    if (length === 0) return from + 2
    parts.push(bytes.subarray(from, from + length))
    at = from + length + 2
  }
}

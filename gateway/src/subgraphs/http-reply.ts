import { tooLarge } from '@planet/runtime/errors'
import { EXCHANGE_HEADER } from '@planet/runtime/exchange-header'

/** What a server answered. */
export type HttpReply = {
  readonly status: number
  /** The body; to be read at once, for the memory is used again. */
  readonly bytes: Buffer
  /** Whether it has no control character, but for the line feed that it may end with. */
  readonly isCompact: boolean
  /** The request that it says it answers; null if it says nothing. */
  readonly exchangeId: string | null
  /** How long the connection may wait for its next request, in milliseconds; 0 if it must not be used again. */
  readonly keptMs: number
}

/** Takes the bytes of one connection as they come, one reply after the other. Every method throws for what is no HTTP/1.1. */
export type ReplyReader = {
  /** The reply once it is whole; null before. `bytes` may be used again after the call. */
  read(bytes: Buffer): HttpReply | null
  /** The reply that the end of the connection completes. */
  end(): HttpReply
  /** Whether a part of a reply has come. */
  hasBegun(): boolean
}

const MAX_HEAD_BYTES = 16 * 1024
const MAX_LINE = 256
const DEFAULT_KEPT_MS = 4_000
const LONGEST_KEPT_MS = 60_000
/** The server counts from when it sent, and closes without asking. */
const KEPT_MARGIN_MS = 1_000

type Head = {
  readonly status: number
  readonly exchangeId: string | null
  readonly keptMs: number
  /** In bytes, or how the end of the body is known. */
  readonly length: number | 'chunked' | 'until closed'
}

/** Reads replies of at most `maxBytes`. */
export function createReplyReader(maxBytes: number): ReplyReader {
  let head: Head | null = null
  /** Bytes of a head that is not whole. */
  let pending: Buffer | null = null
  let parts: Buffer[] = []
  /** A body of known length that comes in pieces. */
  let whole: Buffer | null = null
  let size = 0
  let chunks: ReturnType<typeof createChunkReader> | null = null

  const finish = ({ status, exchangeId, keptMs }: Head, body: Buffer, isClean: boolean): HttpReply => {
    head = null
    parts = []
    whole = null
    size = 0
    chunks = null
    return { status, bytes: body, isCompact: isCompact(body), exchangeId, keptMs: isClean ? keptMs : 0 }
  }
  const keep = (bytes: Buffer) => {
    size += bytes.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    parts.push(Buffer.from(bytes))
  }
  const collected = () => Buffer.concat(parts, size)

  const readBody = (known: Head, bytes: Buffer): HttpReply | null => {
    if (known.length === 'until closed') {
      keep(bytes)
      return null
    }
    if (known.length === 'chunked') {
      chunks ??= createChunkReader(keep)
      const used = chunks.read(bytes)
      return used === null ? null : finish(known, collected(), used === bytes.length)
    }
    const missing = known.length - size
    // The usual case: all of it came at once.
    if (size === 0 && bytes.length >= missing) {
      return finish(known, bytes.subarray(0, missing), bytes.length === missing)
    }
    whole ??= Buffer.allocUnsafe(known.length)
    size += bytes.copy(whole, size)
    return size === known.length ? finish(known, whole, bytes.length === missing) : null
  }

  const read = (bytes: Buffer): HttpReply | null => {
    if (head) return readBody(head, bytes)
    const all = pending ? Buffer.concat([pending, bytes]) : bytes
    const end = all.indexOf('\r\n\r\n')
    if (end === -1 || end > MAX_HEAD_BYTES) {
      if (all.length > MAX_HEAD_BYTES) throw new Error('the head of a reply is too long')
      pending = Buffer.from(all)
      return null
    }
    pending = null
    const found = parseHead(all.toString('latin1', 0, end))
    const rest = all.subarray(end + 4)
    // An interim reply: the real one follows.
    if (found.status < 200) return read(rest)
    if (typeof found.length === 'number' && found.length > maxBytes) throw tooLarge(maxBytes)
    head = found
    return readBody(found, rest)
  }

  return {
    read,
    end() {
      if (head?.length !== 'until closed') throw new Error('the connection was closed before the reply was whole')
      return finish(head, collected(), false)
    },
    hasBegun: () => head !== null || pending !== null,
  }
}

const READ_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  EXCHANGE_HEADER,
  'transfer-encoding',
  'content-encoding',
  'connection',
  'keep-alive',
])
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/

function parseHead(text: string): Head {
  let lineEnd = text.indexOf('\r\n')
  const [, minor, code] = STATUS_LINE.exec(lineEnd === -1 ? text : text.slice(0, lineEnd)) ?? []
  if (code === undefined) throw new Error('a reply is no HTTP/1.1')
  const status = Number(code)
  if (status === 101) throw new Error('a reply changes the protocol')
  let length: number | undefined
  let isChunked = false
  let isKept = minor === '1'
  let keptMs = DEFAULT_KEPT_MS
  let exchangeId: string | null = null
  while (lineEnd !== -1) {
    const from = lineEnd + 2
    lineEnd = text.indexOf('\r\n', from)
    const colon = text.indexOf(':', from)
    const end = lineEnd === -1 ? text.length : lineEnd
    if (colon <= from || colon >= end) throw new Error('a reply has a header without a name')
    const name = text.slice(from, colon).toLowerCase()
    if (!READ_HEADERS.has(name)) continue
    const value = text.slice(colon + 1, end).trim()
    switch (name) {
      case 'content-length':
        if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== Number(value))) {
          throw new Error('a reply has no proper length')
        }
        length = Number(value)
        break
      case 'content-type':
        if (!JSON_TYPE.test(value)) throw new Error('a reply is of another type than JSON')
        break
      case EXCHANGE_HEADER:
        if (exchangeId !== null) throw new Error('a reply says twice which request it answers')
        exchangeId = value
        break
      case 'transfer-encoding':
        if (value.toLowerCase() !== 'chunked' || isChunked) throw new Error('a reply has an unknown transfer encoding')
        isChunked = true
        break
      case 'content-encoding':
        if (value.toLowerCase() !== 'identity') throw new Error('a reply has an encoding that was not asked for')
        break
      case 'connection':
        isKept = isKept ? !/\bclose\b/i.test(value) : /\bkeep-alive\b/i.test(value)
        break
      case 'keep-alive':
        keptMs = keptMsOf(value)
    }
  }
  // Two opinions about where a reply ends are how replies are smuggled.
  if (isChunked && length !== undefined) throw new Error('a reply has a length and chunks')
  const ending = status === 204 || status === 304 ? 0 : isChunked ? 'chunked' : (length ?? 'until closed')
  return { status, exchangeId, keptMs: isKept && ending !== 'until closed' ? keptMs : 0, length: ending }
}

function keptMsOf(value: string): number {
  const [, seconds] = /timeout=(\d{1,6})/i.exec(value) ?? []
  if (seconds === undefined) return DEFAULT_KEPT_MS
  return Math.min(LONGEST_KEPT_MS, Math.max(0, Number(seconds) * 1_000 - KEPT_MARGIN_MS))
}

const SPACE = 0x20
const LINE_FEED = 0x0a
const FOUR_SPACES = 0x20202020
const HIGH_BITS = 0x80808080

/** Four bytes at a time: a byte below a space borrows, which shows in its highest bit. */
function isCompact({ buffer, byteOffset, length }: Buffer): boolean {
  const bytes = new Uint8Array(buffer, byteOffset, length)
  const end = bytes[length - 1] === LINE_FEED ? length - 1 : length
  let at = 0
  while (at < end && (byteOffset + at) % 4 !== 0) if ((bytes[at++] ?? 0) < SPACE) return false
  if (at >= end) return true
  const words = new Int32Array(buffer, byteOffset + at, (end - at) >> 2)
  let found = 0
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0
    found |= (word - FOUR_SPACES) & ~word
  }
  if ((found & HIGH_BITS) !== 0) return false
  for (at += words.length * 4; at < end; at++) if ((bytes[at] ?? 0) < SPACE) return false
  return true
}

/** Takes a chunked body apart; `read` tells how many bytes were used up by its end, null before. */
function createChunkReader(keep: (bytes: Buffer) => void) {
  let state: 'size' | 'data' | 'after data' | 'trailer' = 'size'
  let left = 0
  let line = ''

  /** The rest of the line that begins at `at`, or null if it is not whole yet. */
  const lineFrom = (bytes: Buffer, at: number): { readonly text: string; readonly next: number } | null => {
    const end = bytes.indexOf(0x0a, at)
    line += bytes.toString('latin1', at, end === -1 ? bytes.length : end)
    if (line.length > MAX_LINE) throw new Error('a reply has a chunk with too long a head')
    if (end === -1) return null
    if (!line.endsWith('\r')) throw new Error('a reply has a chunk whose head does not end')
    const text = line.slice(0, -1)
    line = ''
    return { text, next: end + 1 }
  }

  return {
    read(bytes: Buffer): number | null {
      let at = 0
      while (at < bytes.length) {
        if (state === 'data') {
          const end = Math.min(bytes.length, at + left)
          keep(bytes.subarray(at, end))
          left -= end - at
          at = end
          if (left === 0) state = 'after data'
          continue
        }
        const found = lineFrom(bytes, at)
        if (!found) return null
        at = found.next
        if (state === 'trailer') {
          if (found.text === '') return at
        } else if (state === 'after data') {
          if (found.text !== '') throw new Error('a reply has a chunk that is longer than it says')
          state = 'size'
        } else {
          const [, digits] = /^([0-9a-f]{1,8}) *(?:;.*)?$/i.exec(found.text) ?? []
          if (digits === undefined) throw new Error('a reply has a chunk of no size')
          left = Number.parseInt(digits, 16)
          state = left === 0 ? 'trailer' : 'data'
        }
      }
      return null
    },
  }
}

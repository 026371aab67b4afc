import { isUtf8 } from 'node:buffer'

/** A POST to `/graphql` without anything unusual. Headers that are not there are undefined. */
export type PlainRequest = {
  readonly host: string
  readonly authorization: string | undefined
  readonly accept: string | undefined
  readonly acceptEncoding: string | undefined
  readonly requestId: string | undefined
  readonly origin: string | undefined
  readonly forwardedFor: string | undefined
  readonly wantsCost: string | undefined
  /** The JSON of the body. */
  readonly value: unknown
  /** Bytes of the request; what follows is the next one's. */
  readonly size: number
}

const OPENING = 'POST /graphql HTTP/1.1\r\n'
const MAX_HEAD_BYTES = 8 * 1024
/** A larger request is nothing unusual, but rare. */
const MAX_BYTES = 64 * 1024
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i
const LENGTH = /^\d{1,6}$/
const TAB = 9
const LINE_FEED = 10
const RETURN = 13
const SPACE = 32
const TILDE = 126

/**
 * The request that `bytes` begin with; `incomplete` while more must come; null for whatever is not as simple as this
 * reader, which is for a complete HTTP parser to judge: another target, any doubt about where the body ends, a header that
 * changes what the request means, bytes that do not belong there, a body that is no JSON in UTF-8.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | 'incomplete' | null {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, MAX_HEAD_BYTES))
  if (!text.startsWith(OPENING)) return OPENING.startsWith(text) ? 'incomplete' : null
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return text.length < MAX_HEAD_BYTES ? 'incomplete' : null
  if (!hasPlainLines(bytes, headEnd)) return null

  const headers: Headers = {
    host: undefined,
    length: undefined,
    type: undefined,
    authorization: undefined,
    accept: undefined,
    acceptEncoding: undefined,
    requestId: undefined,
    origin: undefined,
    forwardedFor: undefined,
    wantsCost: undefined,
  }
  for (let at = OPENING.length; at < headEnd; ) {
    const end = text.indexOf('\r\n', at)
    if (!readHeader(text, at, end, headers)) return null
    at = end + 2
  }
  const { host, length, type, authorization, accept, acceptEncoding, requestId, origin, forwardedFor, wantsCost } = headers
  if (host === undefined || length === undefined || !JSON_TYPE.test(type ?? '') || !LENGTH.test(length)) return null
  const start = headEnd + 4
  const size = start + Number(length)
  if (size > MAX_BYTES) return null
  if (bytes.length < size) return 'incomplete'
  const body = bytes.subarray(start, size)
  if (!isUtf8(body)) return null
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return { host, authorization, accept, acceptEncoding, requestId, origin, forwardedFor, wantsCost, value, size }
  } catch {
    return null
  }
}

type Headers = Record<
  | 'host'
  | 'length'
  | 'type'
  | 'authorization'
  | 'accept'
  | 'acceptEncoding'
  | 'requestId'
  | 'origin'
  | 'forwardedFor'
  | 'wantsCost',
  string | undefined
>

/** Printable ASCII and tabs in lines that end as they should. Bytes, because they are looked at faster than characters. */
function hasPlainLines(bytes: Uint8Array, end: number): boolean {
  for (let at = 0; at < end; at++) {
    const code = bytes[at] ?? 0
    if (code === RETURN) {
      at++
      if (bytes[at] !== LINE_FEED) return false
    } else if ((code < SPACE && code !== TAB) || code > TILDE) return false
  }
  return true
}

/** Notes one header; false for one that is unusual, or that comes twice where it counts. */
function readHeader(text: string, at: number, end: number, headers: Headers): boolean {
  const colon = text.indexOf(':', at)
  if (colon === -1 || colon >= end) return false
  const name = text.slice(at, colon).toLowerCase()
  const value = text.slice(colon + 1, end).trim()
  switch (name) {
    case 'host':
      return note(headers, 'host', value)
    case 'content-length':
      return note(headers, 'length', value)
    case 'content-type':
      return note(headers, 'type', value)
    case 'authorization':
      return note(headers, 'authorization', value)
    case 'accept':
      return note(headers, 'accept', value)
    case 'accept-encoding':
      return note(headers, 'acceptEncoding', value)
    case 'x-request-id':
      return note(headers, 'requestId', value)
    case 'origin':
      return note(headers, 'origin', value)
    case 'x-forwarded-for':
      return note(headers, 'forwardedFor', value)
    case 'x-graphql-cost':
      return note(headers, 'wantsCost', value)
    case 'connection':
      return value.toLowerCase() === 'keep-alive'
    case 'content-encoding':
    case 'expect':
    case 'te':
    case 'trailer':
    case 'transfer-encoding':
    case 'upgrade':
      return false
    default:
      return NAME.test(name)
  }
}

function note(headers: Headers, name: keyof Headers, value: string): boolean {
  if (headers[name] !== undefined) return false
  headers[name] = value
  return true
}

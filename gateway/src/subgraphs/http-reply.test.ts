import { describe, expect, it } from 'vitest'
import { createReplyReader, type HttpReply } from './http-reply.ts'

const LIMIT = 1_000
const reply = (head: string, body = '') => `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`

/** What a reader makes of `text` that comes in pieces of the given lengths, with the text of its body. */
function readInPieces(text: string, lengths: readonly number[]): ReturnType<typeof withText> | null {
  const reader = createReplyReader(LIMIT)
  const bytes = Buffer.from(text)
  let at = 0
  for (const length of [...lengths, bytes.length]) {
    // The buffer is used again, as a connection does.
    const piece = Buffer.from(bytes.subarray(at, at + length))
    const found = reader.read(piece)
    const same = found && withText(found)
    piece.fill(0)
    at += length
    if (same) return same
    if (at >= bytes.length) break
  }
  return null
}
/** Bytes must be read at once. */
function withText({ bytes, ...found }: HttpReply) {
  return { ...found, text: bytes.toString() }
}
const readWhole = (text: string) => readInPieces(text, [])

const BODY = '{"data":{"x":"é€😀"}}'

describe('a reply', () => {
  it.each([
    ['of a given length', reply(`Content-Length: ${Buffer.byteLength(BODY)}`, BODY), BODY],
    [
      'in chunks',
      reply('transfer-encoding: chunked', '3\r\n{"d\r\nA;x=1\r\nata":null}\r\n0\r\nTrailer: x\r\n\r\n'),
      '{"data":null}',
    ],
    ['after an interim one', `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${reply('content-length: 2', '{}')}`, '{}'],
    ['without a body', 'HTTP/1.1 204 No Content\r\nserver: x\r\n\r\n', ''],
    ['without a reason', 'HTTP/1.1 500\r\ncontent-length: 0\r\n\r\n', ''],
  ])('%s is the same in whatever pieces it comes', (_, text, body) => {
    expect(readWhole(text)?.text).toBe(body)
    const length = Buffer.byteLength(text)
    for (let piece = 1; piece <= length; piece++) {
      expect(readInPieces(text, [piece])).toEqual(readWhole(text))
      const pieces = Array.from({ length: Math.ceil(length / piece) }, () => piece)
      expect(readInPieces(text, pieces)).toEqual(readWhole(text))
    }
  })

  it('whose end is the end of the connection is complete with it', () => {
    const reader = createReplyReader(LIMIT)
    expect(reader.read(Buffer.from(reply('server: x', '{"data":')))).toBeNull()
    expect(reader.read(Buffer.from('null}'))).toBeNull()
    expect(withText(reader.end())).toEqual({ status: 200, text: '{"data":null}', isCompact: true, exchangeId: null, keptMs: 0 })
  })

  it('that is broken off is none', () => {
    for (const begun of ['', 'HTTP/1.1 200', reply('content-length: 5', '{}'), reply('transfer-encoding: chunked', '2\r\n{}')]) {
      const reader = createReplyReader(LIMIT)
      reader.read(Buffer.from(begun))
      expect(() => reader.end()).toThrow('before the reply was whole')
    }
  })

  it('is followed by another on the same connection', () => {
    const reader = createReplyReader(LIMIT)
    const one = Buffer.from(reply('content-length: 2', '{}'))
    expect(reader.read(one)?.bytes.toString()).toBe('{}')
    expect(reader.hasBegun()).toBe(false)
    expect(reader.read(one)?.bytes.toString()).toBe('{}')
  })

  it.each([
    ['connection: close', 0],
    ['Connection: Keep-Alive, Close', 0],
    ['keep-alive: timeout=5', 4_000],
    ['Keep-Alive: timeout=100000, max=100', 60_000],
    ['keep-alive: timeout=0', 0],
    ['server: x', 4_000],
  ])('with %s keeps its connection %d ms', (header, keptMs) => {
    expect(readWhole(reply(`${header}\r\ncontent-length: 2`, '{}'))?.keptMs).toBe(keptMs)
  })

  it('of HTTP/1.0 keeps its connection only if it says so', () => {
    const old = (head: string) => reply(`${head}\r\ncontent-length: 2`, '{}').replace('HTTP/1.1', 'HTTP/1.0')
    expect(readWhole(old('server: x'))?.keptMs).toBe(0)
    expect(readWhole(old('connection: keep-alive'))?.keptMs).toBeGreaterThan(0)
  })

  it('with more behind it does not keep its connection', () => {
    expect(readWhole(reply('content-length: 2', '{}HTTP/1.1 200'))).toEqual({
      status: 200,
      text: '{}',
      isCompact: true,
      exchangeId: null,
      keptMs: 0,
    })
    expect(readWhole(reply('transfer-encoding: chunked', '0\r\n\r\nx'))?.keptMs).toBe(0)
  })

  it.each([
    ['is another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['is of another version', reply('content-length: 2', '{}').replace('1.1', '2.0')],
    ['changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['has two lengths', reply('content-length: 2\r\ncontent-length: 3', '{}')],
    ['has a length and chunks', reply('content-length: 2\r\ntransfer-encoding: chunked', '0\r\n\r\n')],
    ['has a length that is no number', reply('content-length: 0x2', '{}')],
    ['has a negative length', reply('content-length: -2', '{}')],
    ['has another transfer encoding', reply('transfer-encoding: gzip, chunked', '0\r\n\r\n')],
    ['is compressed', reply('content-encoding: gzip\r\ncontent-length: 2', '{}')],
    ['has a header without a name', reply(': x\r\ncontent-length: 2', '{}')],
    ['has a chunk without a size', reply('transfer-encoding: chunked', '\r\n')],
    ['has a chunk of a negative size', reply('transfer-encoding: chunked', '-1\r\n')],
    ['has a chunk that is longer than it says', reply('transfer-encoding: chunked', '1\r\n{}\r\n0\r\n\r\n')],
    ['has a chunk line that ends with a line feed only', reply('transfer-encoding: chunked', '2\n{}\r\n')],
    ['has a chunk line without end', reply('transfer-encoding: chunked', `1;${'x'.repeat(1_000)}`)],
    ['is longer than the limit', reply(`content-length: ${LIMIT + 1}`)],
    ['has more in chunks than the limit', reply('transfer-encoding: chunked', `7d0\r\n${'x'.repeat(2_000)}`)],
    ['goes on for longer than the limit', reply('server: x', 'x'.repeat(LIMIT + 1))],
    ['has a head that does not end', `HTTP/1.1 200 OK\r\n${'x-y: z\r\n'.repeat(4_000)}`],
  ])('that %s is refused', (_, text) => {
    expect(() => readWhole(text)).toThrow()
  })
})

it('tells whether a body has control characters, wherever they are, but for a line feed at its end', () => {
  const isCompact = (body: string) => readWhole(reply(`content-length: ${Buffer.byteLength(body)}`, body))?.isCompact
  for (let length = 0; length < 12; length++) {
    const body = 'x'.repeat(length)
    expect(isCompact(body)).toBe(true)
    expect(isCompact(`${body}\n`)).toBe(true)
    expect(isCompact(`${body}ü€😀~ `)).toBe(true)
    for (const control of ['\n', '\t', '\0', '\u001f']) {
      expect(isCompact(`${body}${control}x`)).toBe(false)
      expect(isCompact(`${control}${body}x`)).toBe(false)
    }
  }
})

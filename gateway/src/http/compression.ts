import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { rangesOf } from './media-type.ts'

/** Below this a compressed answer saves less than a packet and costs more than it saves. */
export const COMPRESS_FROM_BYTES = 4 * 1024
/** Better levels cost several times the time for a few per cent. */
const GZIP_LEVEL = 4
const BROTLI_QUALITY = 4

const compressWith = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const
export type Encoding = keyof typeof compressWith

/** The encoding that the `Accept-Encoding` header prefers, brotli among equals; null if it takes the body only as it is. */
export function acceptedEncoding(header: string | string[] | undefined): Encoding | null {
  if (typeof header !== 'string') return null
  const ranges = rangesOf(header)
  const quality = (name: Encoding) => ranges.get(name) ?? ranges.get('*') ?? 0
  const [br, zip] = [quality('br'), quality('gzip')]
  if (br === 0 && zip === 0) return null
  return br >= zip ? 'br' : 'gzip'
}

/** Compresses beside the event loop. */
export function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'gzip') return compressWith.gzip(body, { level: GZIP_LEVEL })
  return compressWith.br(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  })
}

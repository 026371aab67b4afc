import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

const PIECE_BYTES = 65_536

/** The text of a UTF-8 file in pieces, so that its size costs no memory. Reads it anew each time it is iterated. */
export const readTextFile = (path: string): Iterable<string> => ({
  *[Symbol.iterator]() {
    const file = openSync(path, 'r')
    try {
      const decoder = new StringDecoder('utf8')
      const bytes = Buffer.allocUnsafe(PIECE_BYTES)
      for (let length = readSync(file, bytes); length > 0; length = readSync(file, bytes))
        yield decoder.write(bytes.subarray(0, length))
      yield decoder.end()
    } finally {
      closeSync(file)
    }
  },
})

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { JsonObject } from './event.ts'

/** How the lines of a file are written; a newer platform may write others. */
export const ARCHIVE_FORMAT = 1

/** What a file of the archive holds: a row of `event_log.archive`. */
export type ArchivedPartition = {
  readonly firstPos: bigint
  readonly lastPos: bigint
  readonly factCount: number
  /** Of its lines, uncompressed; hexadecimal. */
  readonly sha256: string
  readonly file: string
  readonly format: number
}

/** One line of a file: a fact, as JSON. Positions are decimal, because they are larger than what JSON is read to. */
export type ArchivedFact = {
  readonly pos: string
  readonly stream: string
  readonly seq: string
  readonly type: string
  readonly payload: JsonObject
  readonly at: string
  readonly loggedAt: string
}

/** The lines of a file, one after the other. Rejects where it breaks off. `return` ends it early. */
export async function* openLines(path: string): AsyncGenerator<string, void, void> {
  const file = createReadStream(path)
  const unzipped = createGunzip()
  // `pipe` hands no error on.
  file.on('error', (error) => unzipped.destroy(error)).pipe(unzipped)
  unzipped.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of unzipped as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  } finally {
    file.destroy()
  }
}

/** How many lines a file has, and their hash. */
export async function measureFile(path: string): Promise<Pick<ArchivedPartition, 'factCount' | 'sha256'>> {
  const hash = createHash('sha256')
  let factCount = 0
  for await (const line of openLines(path)) {
    hash.update(line).update('\n')
    factCount++
  }
  return { factCount, sha256: hash.digest('hex') }
}

import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * The text of `file`, which only its owner may read; what `make` gives if there is no such file. Several processes may ask at
 * once and get the same. The file has all of its text or is not there, also after a power cut.
 */
export function readOrMake(file: string, make: () => string): string {
  if (!existsSync(file)) {
    withDraft(file, make(), (draft) => {
      try {
        linkSync(draft, file)
      } catch (error) {
        // Another process was faster, and its text is everybody's.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      }
    })
  }
  return readFileSync(file, 'utf8')
}

/** Replaces what `file` holds, for readers at once. Only its owner may read it. */
export function replaceFile(file: string, text: string): void {
  withDraft(file, text, (draft) => renameSync(draft, file))
}

function withDraft(file: string, text: string, place: (draft: string) => void): void {
  const draft = `${file}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true })
    place(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}

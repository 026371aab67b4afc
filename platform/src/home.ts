import { type KeyObject, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { formatKey, newSigningKey, parseSigningKey } from '@planet/runtime/viewer-keys'

/** The folder that holds what a run leaves behind: database, keys, built pages. Made if missing, for its owner only. */
export function openHome(path: string): string {
  const home = resolve(path)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  chmodSync(home, 0o700)
  return home
}

/** 32 bytes that only this home knows; made once. Several processes may ask at once. */
export function readSecret(home: string, name: string): Uint8Array {
  const file = join(home, `${name}.key`)
  const secret = Buffer.from(
    readOnce(file, () => randomBytes(32).toString('hex')),
    'hex',
  )
  if (secret.length !== 32) throw damaged(file)
  return secret
}

/** The Ed25519 key with which gateways of this home sign viewers; made once. Several processes may ask at once. */
export function readViewerKey(home: string): KeyObject {
  const file = join(home, 'viewer-signing.key')
  const key = parseSigningKey(readOnce(file, () => formatKey(newSigningKey())))
  if (!key) throw damaged(file)
  return key
}

/** What `file` holds; what `make` gives if it is not there. Never half of it: it is written beside its place, then linked. */
function readOnce(file: string, make: () => string): string {
  if (!existsSync(file)) {
    const draft = `${file}.${randomBytes(8).toString('hex')}`
    writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' })
    try {
      linkSync(draft, file)
    } catch (error) {
      // Another process was faster.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      unlinkSync(draft)
    }
  }
  return readFileSync(file, 'utf8').trim()
}

const damaged = (file: string) => new Error(`${file} is damaged; remove it to make a new one.`)

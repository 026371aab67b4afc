import { type KeyObject, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readOrMake } from '@planet/runtime/kept-file'
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
  const secret = Buffer.from(readOrMake(file, () => randomBytes(32).toString('hex')).trim(), 'hex')
  if (secret.length !== 32) throw damaged(file)
  return secret
}

/** The Ed25519 key with which gateways of this home sign viewers; made once. Several processes may ask at once. */
export function readViewerKey(home: string): KeyObject {
  const file = join(home, 'viewer-signing.key')
  const key = parseSigningKey(readOrMake(file, () => formatKey(newSigningKey())).trim())
  if (!key) throw damaged(file)
  return key
}

const damaged = (file: string) => new Error(`${file} is damaged; remove it to make a new one.`)

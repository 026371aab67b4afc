import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

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
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const secret = Buffer.from(readFileSync(file, 'utf8'), 'hex')
  if (secret.length !== 32) throw new Error(`${file} is damaged; remove it to make a new one.`)
  return secret
}

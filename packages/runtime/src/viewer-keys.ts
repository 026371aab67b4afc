import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

/** A new Ed25519 key with which a gateway signs viewers. */
export const newSigningKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** A key for a gateway and subgraphs of one process, which both signs and verifies, and which no other process has. */
export const newProcessKey = (): KeyObject => createSecretKey(randomBytes(32))

/** What verifies the viewers that `key` signs. */
export const verifyingKeyOf = (key: KeyObject): KeyObject => (key.type === 'secret' ? key : createPublicKey(key))

/** The text of an Ed25519 key: PKCS #8 for a private one, SPKI for a public one, in base64 on one line. */
export const formatKey = (key: KeyObject): string =>
  (key.type === 'private' ? key.export({ format: 'der', type: 'pkcs8' }) : key.export({ format: 'der', type: 'spki' })).toString(
    'base64',
  )

/** Reads what `formatKey` wrote of a private key; null for anything else. */
export const parseSigningKey = (text: string): KeyObject | null =>
  parseKey(text, (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }))

/** Reads what `formatKey` wrote of a public key; null for anything else. */
export const parseVerifyingKey = (text: string): KeyObject | null =>
  parseKey(text, (key) => createPublicKey({ key, format: 'der', type: 'spki' }))

function parseKey(text: string, read: (der: Buffer) => KeyObject): KeyObject | null {
  try {
    const key = read(Buffer.from(text, 'base64'))
    return key.asymmetricKeyType === 'ed25519' && formatKey(key) === text ? key : null
  } catch {
    return null
  }
}

/** Names the key in what it signed, so that whoever holds several knows which to take. Tells nothing of a secret. */
export const keyIdOf = (key: KeyObject): string =>
  key.type === 'secret'
    ? 'process'
    : createHash('sha256')
        .update(formatKey(key.type === 'private' ? createPublicKey(key) : key))
        .digest('base64url')
        .slice(0, 16)

import { createHash, createHmac, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'

/** Slow enough for a password that a person chose, and done once per process. */
const SCRYPT = { N: 4096, r: 8, p: 1 }
/** Passwords of ours are random: rounds of hashing would add nothing but time to every connection. */
const ROUNDS = 1

const keys = new Map<string, Buffer>()

function keyOf(password: string): Buffer {
  const known = keys.get(password)
  if (known) return known
  const key = scryptSync(password, 'planet.database.logins', 32, SCRYPT)
  keys.set(password, key)
  return key
}

/**
 * The URL with which `role` logs in where `url` is an administrator's: of the same database, with a password that only
 * whoever knows the administrator's can tell. `url` itself if it is the role's own, or if it has no password: then the server
 * trusts names, or knows passwords otherwise.
 */
export function loginUrl(url: string, role: string): string {
  const login = new URL(url)
  if (decodeURIComponent(login.username) === role) return url
  login.username = role
  login.password = passwordOf(url, role) ?? ''
  return login.href
}

/** Null if `url` has no password to make it of. */
export function passwordOf(url: string, role: string): string | null {
  const { password } = new URL(url)
  if (password === '') return null
  return createHmac('sha256', keyOf(decodeURIComponent(password)))
    .update(role)
    .digest('base64url')
}

/** What the server keeps of `password`, made here so that it never stands in a statement. */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${ROUNDS}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`
}

/** Tells one password from another; from it nothing is learnt about a random one. */
export const fingerprintOf = (password: string): string =>
  `planet login ${createHash('sha256').update(password).digest('hex').slice(0, 32)}`

import { randomBytes } from 'node:crypto'

/** A string that only `parseId` and `newId` produce; `Kind` keeps an order's id out of a post's hands. */
export type Id<Kind extends string> = string & { readonly __id: Kind }

/** The 74 bits behind the time of a UUIDv7. */
const TAIL_BITS = 74n
const MAX_STEP = 2n ** 32n
/** Milliseconds whose last tail is remembered: more than any process uses at a time, even while its clock stands. */
const REMEMBERED = 64

/** The last tail used for a millisecond. */
const lastTails = new Map<number, bigint>()

/**
 * A UUIDv7: sorts by `now`, and within a millisecond by order of creation in this process (RFC 9562, 6.2, method 2), so
 * `order by id` is order of creation. `random`, 10 bytes, makes a known id for a test.
 */
export function newId<Kind extends string>(now: Date, random?: Uint8Array): Id<Kind> {
  const ms = now.getTime()
  const tail = random ? toBits(random, TAIL_BITS) : nextTail(ms)
  const bits = (BigInt(ms) << 80n) | (7n << 76n) | ((tail >> 62n) << 64n) | (2n << 62n) | (tail & (2n ** 62n - 1n))
  const hex = bits.toString(16).padStart(32, '0')
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join('-') as Id<Kind>
}

function nextTail(ms: number): bigint {
  const last = lastTails.get(ms)
  // The first tail leaves its top bit clear, so that some 2^41 steps fit behind it.
  const tail = last === undefined ? randomBits(TAIL_BITS - 1n) : last + 1n + (randomBits(32n) % MAX_STEP)
  lastTails.delete(ms)
  lastTails.set(ms, tail)
  if (lastTails.size > REMEMBERED) lastTails.delete(lastTails.keys().next().value ?? ms)
  return tail
}

const randomBits = (bits: bigint): bigint => toBits(randomBytes(10), bits)

const toBits = (bytes: Uint8Array, bits: bigint): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`) & (2n ** bits - 1n)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Null for a malformed id: to the caller it is simply an id of nothing. */
export function parseId<Kind extends string>(text: string): Id<Kind> | null {
  return UUID.test(text) ? (text as Id<Kind>) : null
}

/** For a text that we stored ourselves: throws if it is no id. */
export function requireId<Kind extends string>(text: string): Id<Kind> {
  const id = parseId<Kind>(text)
  if (!id) throw new Error(`not an id: ${text.slice(0, 50)}`)
  return id
}

import { randomBytes } from 'node:crypto'

/** A string that only `parseId` and `newId` produce; `Kind` keeps an order's id out of a post's hands. */
export type Id<Kind extends string> = string & { readonly __id: Kind }

/** A UUIDv7: sorts by `now`, so `order by id` is order of creation. */
export function newId<Kind extends string>(now: Date, random: Uint8Array = randomBytes(10)): Id<Kind> {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(now.getTime(), 0, 6)
  bytes.set(random, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6) // version 7
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8) // variant 10
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join('-') as Id<Kind>
}

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

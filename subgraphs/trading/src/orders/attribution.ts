import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { type Id, requireId } from '@planet/runtime/ids'

/** What a token says: its holder came to the ticket from a post, and may place orders from it until then. */
export type Attribution = { readonly ticketId: Id<'OrderTicket'>; readonly userId: Id<'User'>; readonly expiresAt: Date }

export type AttributionTokens = {
  sign(attribution: Attribution): string
  /** The ticket of a token that was signed here for `userId` and is valid at `now`; null for any other text. */
  verify(token: string, userId: Id<'User'>, now: Date): Id<'OrderTicket'> | null
}

const ID_BYTES = 16
const PAYLOAD_BYTES = 2 * ID_BYTES + 8
const TOKEN = /^[A-Za-z0-9_-]{96}$/

/**
 * Tokens of 96 characters: ticket, user, expiry in milliseconds and their HMAC-SHA256 under a key derived from `secret`,
 * in base64url. Signing is deterministic.
 */
export function createAttributionTokens(secret: Uint8Array): AttributionTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'planet attribution', 32))
  const mac = (payload: Buffer) => createHmac('sha256', key).update(payload).digest()
  return {
    sign({ ticketId, userId, expiresAt }) {
      const payload = Buffer.alloc(PAYLOAD_BYTES)
      idBytes(ticketId).copy(payload, 0)
      idBytes(userId).copy(payload, ID_BYTES)
      payload.writeBigInt64BE(BigInt(expiresAt.getTime()), 2 * ID_BYTES)
      return Buffer.concat([payload, mac(payload)]).toString('base64url')
    },
    verify(token, userId, now) {
      if (!TOKEN.test(token)) return null
      const bytes = Buffer.from(token, 'base64url')
      const payload = bytes.subarray(0, PAYLOAD_BYTES)
      if (!timingSafeEqual(bytes.subarray(PAYLOAD_BYTES), mac(payload))) return null
      if (!payload.subarray(ID_BYTES, 2 * ID_BYTES).equals(idBytes(userId))) return null
      if (payload.readBigInt64BE(2 * ID_BYTES) <= BigInt(now.getTime())) return null
      return textOf(payload.subarray(0, ID_BYTES))
    },
  }
}

const idBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')

const textOf = (bytes: Buffer): Id<'OrderTicket'> =>
  requireId(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))

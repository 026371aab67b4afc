import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decimal } from '../decimal.ts'
import { defineEvent } from '../events/define.ts'
import { amount, instant } from '../events/fields.ts'
import { decodePayload, encodePayload } from './payload.ts'

const Sold = defineEvent('shop.Sold', {
  about: 'A sale.',
  kept: 'FACT',
  stream: 'shop',
  streamOf: () => 'shop',
  payload: z.object({ price: amount(), currency: z.string(), at: instant(), clerk: z.string().nullable() }),
  lifts: [
    // Version 1 was of one currency.
    (stored) => ({ ...stored, currency: 'USD' }),
    ({ seller, ...stored }) => ({ ...stored, clerk: seller ?? null }),
  ],
})
const at = new Date('2026-01-24T08:00:00.123Z')
const read = (payload: Parameters<typeof decodePayload>[1]['payload']) => decodePayload(Sold, { pos: 7n, payload })

describe('the payload of an event', () => {
  it('is stored as JSON with its version, and read as what it was', () => {
    const payload = { price: decimal('1.50'), currency: 'EUR', at, clerk: null }
    expect(encodePayload(Sold, payload)).toEqual({
      version: 3,
      price: '1.5',
      currency: 'EUR',
      at: '2026-01-24T08:00:00.123Z',
      clerk: null,
    })
    expect(read(encodePayload(Sold, payload))).toEqual(payload)
  })

  it('of an older version is lifted to the newest, one version after the other', () => {
    const stored = { price: '2', at: at.toISOString() }
    expect(read({ version: 1, ...stored, seller: 'Ada' })).toEqual({ price: decimal('2'), currency: 'USD', at, clerk: 'Ada' })
    expect(read({ version: 2, ...stored, currency: 'EUR' })).toEqual({ price: decimal('2'), currency: 'EUR', at, clerk: null })
  })

  it('may say more than this version knows', () => {
    expect(read({ version: 3, price: '2', currency: 'EUR', at: at.toISOString(), clerk: null, mood: 'good' })).not.toHaveProperty(
      'mood',
    )
  })

  it.each([
    ['a version that is not known yet', { version: 4, price: '2' }, 'it is of version 4, the newest known here is 3'],
    ['no version', { price: '2' }, 'it has no version'],
    ['half a version', { version: 1.5, price: '2' }, 'it has no version'],
    ['version 0', { version: 0, price: '2' }, 'it has no version'],
    ['a member missing', { version: 3, price: '2', at: at.toISOString(), clerk: null }, 'it does not fit version 3'],
    ['a price that is no number', { version: 1, price: 'two', at: at.toISOString() }, 'it does not fit version 1'],
    ['an instant that is none', { version: 1, price: '2', at: 'soon' }, 'it does not fit version 1'],
  ])('with %s is PAYLOAD_UNREADABLE, which tells type and position', (_, payload, reason) => {
    expect(() => read(payload)).toThrow(
      expect.objectContaining({
        code: 'PAYLOAD_UNREADABLE',
        message: `PAYLOAD_UNREADABLE: shop.Sold at position 7 cannot be read: ${reason}`,
      }),
    )
  })
})

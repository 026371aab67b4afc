import { newId } from '@planet/runtime/ids'
import { describe, expect, it } from 'vitest'
import { createAttributionTokens } from './attribution.ts'

const now = new Date('2026-01-24T00:00:00Z')
const expiresAt = new Date('2026-01-24T01:00:00Z')
const tokens = createAttributionTokens(new Uint8Array(32).fill(7))
const ticketId = newId<'OrderTicket'>(now)
const userId = newId<'User'>(now)
const token = tokens.sign({ ticketId, userId, expiresAt })

describe('an attribution token', () => {
  it('is compact, deterministic and says which ticket it is of', () => {
    expect(token).toHaveLength(96)
    expect(tokens.sign({ ticketId, userId, expiresAt })).toBe(token)
    expect(tokens.verify(token, userId, now)).toBe(ticketId)
  })

  it('is worth nothing to another user, from its expiry on, or signed with another secret', () => {
    expect(tokens.verify(token, newId<'User'>(now), now)).toBeNull()
    expect(tokens.verify(token, userId, new Date(expiresAt.getTime() - 1))).toBe(ticketId)
    expect(tokens.verify(token, userId, expiresAt)).toBeNull()
    expect(createAttributionTokens(new Uint8Array(32).fill(8)).verify(token, userId, now)).toBeNull()
  })

  it('cannot be changed at any place', () => {
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === 'A' ? 'B' : 'A'
      expect(tokens.verify(token.slice(0, index) + other + token.slice(index + 1), userId, now)).toBeNull()
    }
  })

  it('is not any other text', () => {
    for (const text of ['', 'x', token.slice(1), `${token}A`, `${token.slice(0, -1)}=`])
      expect(tokens.verify(text, userId, now)).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { banEnd, banStart } from './ban.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 24, 8, 0, second))

describe('a ban', () => {
  it('begins now, unless the user is banned already', () => {
    expect(banStart(null, at(5))).toEqual(at(5))
    expect(banStart({ until: at(4) }, at(5))).toEqual(at(5))
    expect(banStart({ until: null }, at(5))).toBeNull()
  })

  it('ends now, if it lasts', () => {
    expect(banEnd({ from: at(1), until: null }, at(5))).toEqual(at(5))
    expect(banEnd({ from: at(1), until: at(4) }, at(5))).toBeNull()
    expect(banEnd(null, at(5))).toBeNull()
  })

  it('overlaps no other and does not end before it began, whichever clock is behind', () => {
    expect(banStart({ until: at(6) }, at(5))).toEqual(at(6))
    expect(banEnd({ from: at(6), until: null }, at(5))).toEqual(at(6))
  })
})

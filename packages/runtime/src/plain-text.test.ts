import { describe, expect, it } from 'vitest'
import { findLineFaults, findProseFaults } from './plain-text.ts'

const line = (text: string) => findLineFaults('title', text, 10).length === 0
const prose = (text: string, min: 0 | 1 = 1) => findProseFaults('body', text, { min, max: 10 }).length === 0

describe('a line', () => {
  it('is as long as people count, and has something to read', () => {
    for (const text of ['x', '🐂'.repeat(10), 'نعم', '👩‍👩‍👧', '?', '1']) expect(line(text), text).toBe(true)
    for (const text of ['', 'x'.repeat(11), ' ', '\u200b', '\u00ad\u2060']) expect(line(text), JSON.stringify(text)).toBe(false)
  })

  it('has no control, no end and nothing that turns what stands around it', () => {
    for (const text of ['a\0b', 'a\nb', 'a\tb', 'a\u001b[31mb', 'a\u2028b', 'a\u202eb', 'a\u2067b', 'a\ud800b'])
      expect(findLineFaults('title', text, 10), JSON.stringify(text)).toMatchObject([{ field: 'title' }])
  })
})

describe('prose', () => {
  it('may have lines and tabs, but no other control', () => {
    for (const text of ['a\nb', 'a\r\n\tb', 'a\u2067b\u2069']) expect(prose(text), JSON.stringify(text)).toBe(true)
    for (const text of ['a\0b', 'a\u001bb', 'a\u0085b', '\ud800', '\u200b', ''])
      expect(prose(text), JSON.stringify(text)).toBe(false)
  })

  it('may be empty where it need not be there', () => {
    expect(prose('', 0)).toBe(true)
    for (const text of ['\0', 'x'.repeat(11)]) expect(prose(text, 0)).toBe(false)
  })
})

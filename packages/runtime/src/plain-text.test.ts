import { describe, expect, it } from 'vitest'
import { findLineFaults, findProseFaults } from './plain-text.ts'

const line = (text: string) => findLineFaults('title', text, 10).length === 0
const prose = (text: string, min: 0 | 1 = 1) => findProseFaults('body', text, { min, max: 10 }).length === 0
const show = (text: string) => [...text].map((char) => `U+${char.codePointAt(0)?.toString(16)}`).join(' ')

const CODE_POINTS = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff)

/** What nobody sees, though Unicode counts some of it among the letters and symbols. */
const INVISIBLE = [
  '\u3164', // Hangul fillers
  '\u115f',
  '\u1160',
  '\uffa0',
  '\u2800', // the braille blank
  '\ufffc', // where an object is missing
  '\u{13441}', // hieroglyphic blanks
  '\u{13442}',
  '\u{1d159}', // a note without a head
  '\u200b',
  '\u200d',
  '\ufe0f',
  '\u00ad\u2060',
  '\u034f',
  '\u061c',
  '\u180e',
  '\u17b4',
  '\ufeff',
  '\u{e0067}\u{e007f}', // tags
  '\u0301', // a mark without a base
  '\u20e3',
  '\u0903',
  ' \u0301',
  '\ue000', // for private use
  '\u{10fffd}',
  '\u0378', // not assigned
  '\uffff', // never a character
  '\u{1fffe}',
  ' ',
  '\u00a0\u1680\u2003\u202f\u205f\u3000',
  '\u3164 \u2800',
]

const LEGITIMATE = [
  '👩‍👩‍👧',
  '❤️‍🔥',
  '1️⃣',
  '🇺🇸',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '👍🏽',
  'می‌خواهم',
  'שלום',
  'نعم',
  'क्‍ष',
  'ශ්‍රී',
  'e\u0301te\u0301',
  'Việt',
  '牛市',
  '한국어',
  '각', // of conjoining letters
  'ราคา',
  '?',
  '1',
  '$',
  'a\u200bb',
  'a\u200eb',
  'A\ue000',
]

describe('a line', () => {
  it('is as long as people count, and has something to read', () => {
    for (const text of ['x', '🐂'.repeat(10), ...LEGITIMATE]) expect(line(text), show(text)).toBe(true)
    for (const text of ['', 'x'.repeat(11)]) expect(line(text), show(text)).toBe(false)
  })

  it('of nothing but invisible letters was taken', () => {
    for (const text of INVISIBLE) expect(line(text), show(text)).toBe(false)
  })

  it('has no control, no end and nothing that turns what stands around it', () => {
    for (const text of ['a\0b', 'a\nb', 'a\tb', 'a\u001b[31mb', 'a\u2028b', 'a\u202eb', 'a\u2067b', 'a\u2067b\u2069', 'a\ud800b'])
      expect(findLineFaults('title', text, 10), show(text)).toMatchObject([{ field: 'title' }])
  })
})

describe('prose', () => {
  it('may have lines and tabs, but no other control', () => {
    for (const text of ['a\nb', 'a\r\n\tb', ...LEGITIMATE]) expect(prose(text), show(text)).toBe(true)
    for (const text of ['a\0b', 'a\u001bb', 'a\u0085b', '\ud800', '']) expect(prose(text), show(text)).toBe(false)
  })

  it('that turns the direction of the text after it was taken', () => {
    const open = [
      '\u202ab',
      '\u202bb',
      '\u202db',
      '\u202eb',
      '\u2066b',
      '\u2067b',
      '\u2068b',
      '\u2066\u2067b\u2069',
      '\u2067b\n\u2069',
    ]
    // What is closed by a pair of its own, but is no isolate, still joins what stands on both sides of it.
    const others = [
      'b\u202c',
      'b\u2069',
      '\u2069b\u2067',
      '\u202eb\u202c',
      '\u202ab\u202c',
      '\u2067b\r\u2069',
      '\u2067b\u2029\u2069',
    ]
    for (const text of [...open, ...others]) expect(prose(`a${text}`), show(text)).toBe(false)
  })

  it('may set a part apart that is closed in its line', () => {
    for (const text of ['a\u2067b\u2069', '\u2068a\u2066b\u2069\u2069', '\u2067a\u2069\n\u2066b\u2069'])
      expect(prose(text), show(text)).toBe(true)
  })

  it('of nothing but invisible letters was taken, also where it need not be there', () => {
    for (const text of ['\n\t\r\n', '\u2028', '\u2067\u2069', ...INVISIBLE]) {
      expect(prose(text), show(text)).toBe(false)
      expect(prose(text, 0), show(text)).toBe(false)
    }
  })

  it('may be empty where it need not be there', () => {
    expect(prose('', 0)).toBe(true)
    for (const text of ['\0', 'x'.repeat(11)]) expect(prose(text, 0)).toBe(false)
  })
})

it('no code point that Unicode ignores, does not assign or counts as space, mark or format is a text', () => {
  const unseen = /[\p{Default_Ignorable_Code_Point}\p{Z}\p{M}\p{C}]/u
  const taken = CODE_POINTS.filter((code) => unseen.test(String.fromCodePoint(code)) && line(String.fromCodePoint(code)))
  expect(taken).toEqual([])
})

it('every other letter, digit, sign and symbol is one, but for the few that are drawn as nothing', () => {
  const seen = /[\p{L}\p{N}\p{P}\p{S}]/u
  const ignored = /\p{Default_Ignorable_Code_Point}/u
  const refused = CODE_POINTS.map((code) => String.fromCodePoint(code)).filter(
    (char) => seen.test(char) && !ignored.test(char) && !line(char),
  )
  expect(refused).toEqual(['\u2800', '\ufffc', '\u{13441}', '\u{13442}', '\u{1d159}'])
})

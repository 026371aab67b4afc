import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCode } from '../compiling/code.ts'
import { generatePass } from './reply-texts.ts'

/** What a function that passes over `text` makes of `whole` at `from`: where it goes on, or null. */
function pass(text: string, whole: string, from: number, isByBytes: boolean): number | null {
  const code = createCode()
  const name = generatePass(code, new Map(), text)
  const bytes = Buffer.from(whole)
  code.add(`let t = ${JSON.stringify(whole)}, i = ${from}
const d = ${isByBytes ? code.constant(new DataView(bytes.buffer, bytes.byteOffset, bytes.length)) : 'null'}
function at() { return ${name}() ? i : null }`)
  return code.build<{ readonly at: () => number | null }>(['at']).at()
}

it('passes over a text only if all of it is there, told by characters or by bytes', () => {
  const ascii = fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom('a', 'b', '"', ':', ',', '{', '_', 'Z') })
  fc.assert(
    fc.property(
      ascii,
      ascii,
      ascii,
      fc.nat({ max: 39 }),
      fc.constantFrom('a', 'b', '"', 'Z'),
      (before, text, after, at, other) => {
        const wrong = text.slice(0, at % text.length) + other + text.slice((at % text.length) + 1)
        for (const isByBytes of [true, false]) {
          expect(pass(text, before + text + after, before.length, isByBytes)).toBe(before.length + text.length)
          const found = pass(text, before + wrong + after, before.length, isByBytes)
          expect(found).toBe(wrong === text ? before.length + text.length : null)
        }
      },
    ),
  )
})

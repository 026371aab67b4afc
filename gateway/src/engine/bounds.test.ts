import { expect, it } from 'vitest'
import { withinBytes } from './bounds.ts'

function answerOf(pieces: number, character: string) {
  const piece = character.repeat(32 * 1024)
  return { dataTexts: Array.from({ length: pieces }, () => piece), errors: [] }
}

it('refuses an answer whose characters fit and whose bytes do not', async () => {
  const answer = answerOf(8, 'щ')
  expect(await withinBytes(answer, 512 * 1024)).toBe(answer)
  expect(await withinBytes(answer, 512 * 1024 - 1)).toMatchObject({
    dataTexts: ['null'],
    errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE' } }],
  })
})

it('answers at once what fits whatever its characters', () => {
  const answer = answerOf(2, 'x')
  expect(withinBytes(answer, 8 * 1024 * 1024)).toBe(answer)
})

it('lets others have their turn while it counts the bytes of large answers', async () => {
  let turns = 0
  let isOver = false
  const turn = () => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const answer = answerOf(20_000, 'щ')
  expect(await withinBytes(answer, 1.5 * 1024 ** 3)).toBe(answer)
  isOver = true
  expect(turns).toBeGreaterThan(1)
})

import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseQuestionKey, questionKey } from './question.ts'

const id = newId<'Question'>(new Date(0))

it('the key of a question is read back, whatever its score and time', () => {
  const instants = fc.date({
    min: new Date('0100-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  const scores = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)
  fc.assert(
    fc.property(scores, instants, (score, askedAt) => {
      expect(parseQuestionKey(questionKey({ score, askedAt, id }))).toEqual({ score, askedAt, id })
    }),
  )
})

it.each([`0,999999999999999,${id}`, `0,-99999999999999,${id}`, `e,0,${id}`, `1e999,0,${id}`, `0,-,${id}`, '0,0,x'])(
  '%s is the key of no question',
  (key) => {
    expect(() => parseQuestionKey(key)).toThrow('This is no cursor of ours.')
  },
)

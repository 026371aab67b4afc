import { describe, expect, it } from 'vitest'
import { decideQuestion } from './question.ts'

const now = new Date('2026-01-24T12:00:00.000Z')
const earlier = new Date('2026-01-24T11:59:00.000Z')

describe('a question', () => {
  it('is taken, then answered, and its answer began when it was taken', () => {
    const open = { state: 'OPEN', answerAt: null } as const
    expect(decideQuestion(open, 'take', now)).toEqual({ kind: 'Moved', state: 'ANSWERING', answerAt: now })
    const answering = { state: 'ANSWERING', answerAt: earlier } as const
    expect(decideQuestion(answering, 'answer', now)).toEqual({ kind: 'Moved', state: 'ANSWERED', answerAt: earlier })
  })

  it('may be answered without being taken, and then its answer is now', () => {
    expect(decideQuestion({ state: 'OPEN', answerAt: null }, 'answer', now)).toEqual({
      kind: 'Moved',
      state: 'ANSWERED',
      answerAt: now,
    })
  })

  it('is put aside without an answer, or in the middle of one', () => {
    const moved = { kind: 'Moved', state: 'DISMISSED' }
    expect(decideQuestion({ state: 'OPEN', answerAt: null }, 'dismiss', now)).toEqual({ ...moved, answerAt: null })
    expect(decideQuestion({ state: 'ANSWERING', answerAt: earlier }, 'dismiss', now)).toEqual({ ...moved, answerAt: earlier })
  })

  it('stays answered or put aside', () => {
    for (const state of ['ANSWERED', 'DISMISSED'] as const) {
      for (const step of ['take', 'answer', 'dismiss'] as const) {
        expect(decideQuestion({ state, answerAt: earlier }, step, now)).toEqual({ kind: 'WrongQuestionState', state })
      }
    }
    expect(decideQuestion({ state: 'ANSWERING', answerAt: earlier }, 'take', now)).toMatchObject({ kind: 'WrongQuestionState' })
  })
})

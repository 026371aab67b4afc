import { decimal } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import { judgeQuestion } from './prediction.ts'

const hour = (hours: number) => new Date(Date.UTC(2026, 0, 24, hours))
const question = { lockedAt: new Date(hour(0).getTime() + 60_000), horizonAt: new Date(hour(4).getTime() + 60_000) }
const first = { openTime: hour(1), price: decimal('100') }
const last = { closeTime: hour(4), price: decimal('101') }
const evidence = { first, last, nextOpenTime: hour(4) }

describe('judgeQuestion', () => {
  it('waits for the horizon, whatever is known before', () => {
    expect(judgeQuestion(question, evidence, '1h', hour(4))).toEqual({ kind: 'Pending', dueAt: question.horizonAt })
  })

  it('compares the first open after the lock with the last close before the horizon', () => {
    expect(judgeQuestion(question, evidence, '1h', hour(9))).toEqual({
      kind: 'Settled',
      priceAtLock: first.price,
      priceAtHorizon: last.price,
      isUp: true,
      settledAt: question.horizonAt,
    })
  })

  it.each([
    ['100', false],
    ['99.99', false],
    ['100.01', true],
  ])('calls 100 to %s higher: %s', (price, isUp) => {
    const verdict = judgeQuestion(question, { ...evidence, last: { ...last, price: decimal(price) } }, '1h', hour(5))
    expect(verdict).toMatchObject({ kind: 'Settled', isUp })
  })

  it('waits for the candle that follows, from one open time to the next, but for 48 hours at most', () => {
    const waiting = { ...evidence, nextOpenTime: null }
    expect(judgeQuestion(question, waiting, '1h', hour(5))).toEqual({ kind: 'Pending', dueAt: hour(6) })
    const givenUpAt = new Date(question.horizonAt.getTime() + 48 * 3_600_000)
    expect(judgeQuestion(question, waiting, '1h', hour(52))).toEqual({ kind: 'Pending', dueAt: givenUpAt })
    expect(judgeQuestion(question, waiting, '1h', givenUpAt)).toMatchObject({ kind: 'Settled', settledAt: givenUpAt })
    expect(judgeQuestion(question, { ...waiting, nextOpenTime: hour(6) }, '1h', hour(7))).toMatchObject({ settledAt: hour(6) })
  })

  it('is void where no candle lies between lock and horizon', () => {
    const nothing = { kind: 'Void', settledAt: question.horizonAt }
    expect(judgeQuestion(question, { ...evidence, first: null }, '1h', hour(5))).toEqual(nothing)
    expect(judgeQuestion(question, { ...evidence, last: null }, '1h', hour(5))).toEqual(nothing)
    expect(judgeQuestion(question, { ...evidence, last: { ...last, closeTime: first.openTime } }, '1h', hour(5))).toEqual(nothing)
  })
})

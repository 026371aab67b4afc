import { decimal } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import { afterStart, candlesOf, START } from '../../market/domain/fixtures.ts'
import { decideDay, endOfDay, equityInR, markInR } from './day-mark.ts'
import { longPlan, options, shortPlan, target } from './fixtures.ts'
import { evaluateSignal } from './outcome.ts'

const feeRate = decimal('0.0005')
const RISING = candlesOf([
  [100, 106, 99, 105],
  [105, 112, 104, 111],
])

describe('the mark of an open signal', () => {
  it('is the net R at which it would settle if the rest were closed at the price', () => {
    const plan = longPlan({ targets: [target(110, 0.5), target(120, 0.5)] })
    const open = evaluateSignal(plan, RISING, options({ asOf: afterStart(8), feeRate }))
    expect(open).toMatchObject({ state: 'OPEN', openFraction: decimal('0.5') })
    // (0.5 * 10 + 0.5 * 15) / 5 less 0.0005 * (100 + 55 + 57.5) / 5
    expect(markInR(plan, open, decimal('115'), feeRate)).toBe(2.47875)
  })

  it('is what the signal then settles at, if that is the price', () => {
    const plan = longPlan({ targets: [target(150)], expiresAt: afterStart(8) })
    const before = evaluateSignal(plan, RISING, options({ asOf: afterStart(4), feeRate }))
    const after = evaluateSignal(plan, RISING, options({ asOf: afterStart(8), feeRate }))
    expect(after).toMatchObject({ state: 'SETTLED', reason: 'EXPIRED' })
    expect(markInR(plan, before, decimal('111'), feeRate)).toBe(after.rNet)
  })

  it('has the funding that was paid so far, and turns with the side', () => {
    const funding = [{ at: afterStart(2), rate: decimal('0.001'), mark: decimal('100') }]
    const long = evaluateSignal(longPlan({ targets: [target(150)] }), RISING, options({ asOf: afterStart(4), funding }))
    expect(markInR(longPlan(), long, decimal('105'), decimal('0'))).toBe(0.98)
    const short = evaluateSignal(shortPlan({ stop: decimal('125') }), RISING, options({ asOf: afterStart(4), funding }))
    expect(markInR(shortPlan({ stop: decimal('125') }), short, decimal('105'), decimal('0'))).toBe(-0.196)
  })

  it('is none before the entry', () => {
    const plan = longPlan({ entryKind: 'LIMIT', entry: decimal('97') })
    const pending = evaluateSignal(plan, RISING, options({ asOf: afterStart(4) }))
    expect(markInR(plan, pending, decimal('105'), feeRate)).toBeNull()
  })
})

describe('the equity of a creator', () => {
  it('is what is settled and every mark, and nobody knows it while one of these is missing', () => {
    expect(equityInR(2, [{ markR: 0.5 }, { markR: -1 }])).toBe(1.5)
    expect(equityInR(2, [])).toBe(2)
    expect(equityInR(2, [{ markR: 0.5 }, { markR: null }])).toBeNull()
  })
})

describe('a day', () => {
  const end = endOfDay('2024-01-01')

  it('ends with the first instant of the next', () => {
    expect(end).toEqual(afterStart(24))
    expect(endOfDay('2024-02-28')).toEqual(new Date('2024-02-29T00:00:00Z'))
    expect(START).toEqual(endOfDay('2023-12-31'))
  })

  it('is marked once its candles are known, else looked at again for 48 hours', () => {
    expect(decideDay(end, true, end)).toEqual({ kind: 'Marked' })
    expect(decideDay(end, false, end)).toEqual({ kind: 'Waiting', dueAt: afterStart(24.25) })
    expect(decideDay(end, false, afterStart(71.9))).toEqual({ kind: 'Waiting', dueAt: afterStart(72) })
    expect(decideDay(end, false, afterStart(72))).toEqual({ kind: 'Marked' })
  })
})

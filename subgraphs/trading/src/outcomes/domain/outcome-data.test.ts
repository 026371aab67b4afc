import { decimal } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { afterStart, candlesOf, type Prices } from '../../market/domain/fixtures.ts'
import { longPlan, options } from './fixtures.ts'
import { type EvaluationOptions, evaluateSignal } from './outcome.ts'

const QUIET: Prices = [100, 101, 99, 100]
const evaluate = (plan: SignalPlan, prices: readonly Prices[], change: Partial<EvaluationOptions> = {}) =>
  evaluateSignal(plan, candlesOf(prices), options(change))

describe('a missing candle', () => {
  const prices: Prices[] = [QUIET, null, null, [100, 111, 99, 110]]

  it('stops the evaluation for 48 hours, after which it goes on with a flag', () => {
    const graceEnds = afterStart(12 + 48)
    expect(evaluate(longPlan(), prices, { asOf: afterStart(11) }).state).toBe('OPEN')
    expect(evaluate(longPlan(), prices, { asOf: afterStart(12) })).toMatchObject({
      state: 'DATA_GAP',
      rNet: null,
      dataGap: false,
    })
    expect(evaluate(longPlan(), prices, { asOf: new Date(graceEnds.getTime() - 1) }).state).toBe('DATA_GAP')
    expect(evaluate(longPlan(), prices, { asOf: graceEnds })).toMatchObject({
      state: 'SETTLED',
      rNet: 2,
      dataGap: true,
      settledAt: graceEnds,
    })
  })

  it('changes nothing once it is filled in', () => {
    const filled: Prices[] = [QUIET, QUIET, QUIET, [100, 111, 99, 110]]
    expect(evaluate(longPlan(), filled, { asOf: afterStart(16) })).toMatchObject({ state: 'SETTLED', rNet: 2, dataGap: false })
  })

  it('at the end of the horizon is waited for as well', () => {
    const plan = longPlan({ expiresAt: afterStart(12) })
    expect(evaluate(plan, [QUIET, QUIET], { asOf: afterStart(12) }).state).toBe('DATA_GAP')
    expect(evaluate(plan, [QUIET, QUIET], { asOf: afterStart(12 + 48) })).toMatchObject({ reason: 'EXPIRED', dataGap: true })
  })

  it('at the entry moves it to the next open there is', () => {
    expect(evaluate(longPlan(), [null, [101, 102, 99, 100]])).toMatchObject({ state: 'SETTLED', dataGap: true })
    expect(evaluate(longPlan(), [null, [101, 102, 99, 100]]).fills[0]).toMatchObject({ at: afterStart(4), price: decimal('101') })
  })

  it('is no gap in a market of sessions', () => {
    const change = { calendar: 'SESSIONS', asOf: afterStart(16) } as const
    expect(evaluate(longPlan(), prices, change)).toMatchObject({ state: 'SETTLED', rNet: 2, dataGap: false })
  })

  it('at the end of a session horizon is waited for until a later one shows that there was none', () => {
    const plan = longPlan({ expiresAt: afterStart(12) })
    const sessions = { calendar: 'SESSIONS' } as const
    expect(evaluate(plan, [QUIET, QUIET], { ...sessions, asOf: afterStart(13) }).state).toBe('OPEN')
    const later: Prices[] = [QUIET, QUIET, null, null, null, QUIET]
    expect(evaluate(plan, later, { ...sessions, asOf: afterStart(19) }).state).toBe('OPEN')
    expect(evaluate(plan, later, sessions)).toMatchObject({ reason: 'EXPIRED', settledAt: afterStart(20), dataGap: false })
    expect(evaluate(plan, [QUIET, QUIET], sessions)).toMatchObject({ reason: 'EXPIRED', settledAt: afterStart(60) })
  })
})

describe('an outlier', () => {
  const calm: Prices[] = Array.from({ length: 24 }, (_, index) =>
    index % 2 === 0 ? [100, 101, 99, 100.2] : [100.2, 101, 99, 100],
  )
  const publishedAt = afterStart(96)
  const plan = longPlan({ publishedAt, expiresAt: afterStart(168) })
  const badPrint: Prices = [100, 101, 60, 60]
  const bounces: Prices = [99, 101, 98, 100]
  const staysDown: Prices = [61, 63, 58, 60]

  it('puts the signal under review once the next open takes it back', () => {
    const prices = [...calm, badPrint, bounces]
    expect(evaluate(plan, prices, { asOf: afterStart(100) })).toMatchObject({ state: 'REVIEW', rNet: null })
  })

  it('does not stop a signal before the next open is known', () => {
    const waiting = evaluate(plan, [...calm, badPrint], { asOf: afterStart(100) })
    expect(waiting).toMatchObject({ state: 'OPEN', rNet: null, settledAt: null })
  })

  it('is a crash when the next open stays there, and the stop counts', () => {
    const outcome = evaluate(plan, [...calm, badPrint, staysDown])
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'STOP', rNet: -1, settledAt: afterStart(100) })
  })

  it('that a person has confirmed counts', () => {
    const candles = candlesOf([...calm, badPrint, bounces]).map((candle, index) =>
      index === 24 ? { ...candle, flags: ['CONFIRMED' as const] } : candle,
    )
    expect(evaluateSignal(plan, candles, options())).toMatchObject({ reason: 'STOP', rNet: -1 })
  })

  it('without a next open within 48 hours is taken as it is', () => {
    const prices = [...calm, badPrint]
    expect(evaluate(plan, prices, { asOf: new Date(afterStart(148).getTime() - 1) }).state).toBe('OPEN')
    expect(evaluate(plan, prices, { asOf: afterStart(148) })).toMatchObject({ reason: 'STOP', dataGap: true })
  })
})

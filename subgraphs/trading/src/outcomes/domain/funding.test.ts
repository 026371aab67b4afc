import { decimal as d } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { afterStart, candlesOf, type Prices } from '../../market/domain/fixtures.ts'
import { longPlan, options, shortPlan } from './fixtures.ts'
import { type EvaluationOptions, evaluateSignal } from './outcome.ts'

const QUIET: Prices = [100, 101, 99, 100]
const evaluate = (plan: SignalPlan, prices: readonly Prices[], change: Partial<EvaluationOptions> = {}) =>
  evaluateSignal(plan, candlesOf(prices), options(change))

describe('funding', () => {
  const at = (hours: number, rate: string) => [{ at: afterStart(hours), rate: d(rate), mark: d('100') }]
  const held: Prices[] = [QUIET, QUIET, [100, 111, 99, 110]]
  const fundingR = (plan: SignalPlan, hours: number, rate: string) => evaluate(plan, held, { funding: at(hours, rate) }).fundingR

  it('is paid by longs and received by shorts when the rate is above zero', () => {
    expect(fundingR(longPlan(), 4, '0.001')).toBe(0.02)
    expect(fundingR(shortPlan({ expiresAt: afterStart(8) }), 4, '0.001')).toBe(-0.02)
  })

  it('at the instant of the entry or of the last close is not paid', () => {
    expect(fundingR(longPlan(), 0, '0.001')).toBe(0)
    expect(fundingR(longPlan({ expiresAt: afterStart(8) }), 8, '0.001')).toBe(0)
  })

  it('in the candle of an exit is paid if it costs and not counted if it gains', () => {
    expect(fundingR(longPlan(), 10, '0.001')).toBe(0.02)
    expect(fundingR(longPlan(), 10, '-0.001')).toBe(0)
    expect(fundingR(longPlan(), 12, '0.001')).toBe(0)
  })

  it('is paid through a gap in the candles', () => {
    expect(evaluate(longPlan(), [QUIET, null, QUIET], { funding: at(6, '0.001') }).fundingR).toBe(0.02)
  })
})

import { describe, expect, it } from 'vitest'
import { candlesOf } from '../../market/domain/fixtures.ts'
import { longPlan, options } from './fixtures.ts'
import { evaluateSignal, type SignalState } from './outcome.ts'
import { recordOf } from './record.ts'

const fills = evaluateSignal(longPlan(), candlesOf([[100, 101, 99, 100]]), options({ asOf: new Date('2024-01-01T04:00Z') })).fills
const settled = (rNet: number) => ({ state: 'SETTLED' as const, rNet, fills })
const inState = (state: SignalState, hasEntry = false) => ({ state, rNet: null, fills: hasEntry ? fills : [] })

describe('a record', () => {
  it('has no rates, rather than rates of zero, before there is anything to count', () => {
    expect(recordOf([])).toEqual({ issued: 0, triggered: 0, settled: 0, wins: 0, losses: 0, hitRate: null, triggerRate: null })
    expect(recordOf([inState('OPEN', true)])).toMatchObject({ settled: 0, hitRate: null, triggerRate: 1 })
  })

  it('counts as a win only what is above zero after costs', () => {
    expect(recordOf([settled(2), settled(-1), settled(0)])).toMatchObject({ settled: 3, wins: 1, losses: 2, hitRate: 1 / 3 })
  })

  it('keeps signals that never triggered out of the hit rate and in the trigger rate', () => {
    const outcomes = [settled(2), inState('NOT_TRIGGERED'), inState('PENDING_ENTRY'), inState('REVIEW', true)]
    expect(recordOf(outcomes)).toMatchObject({ issued: 4, triggered: 2, settled: 1, hitRate: 1, triggerRate: 0.5 })
  })

  it('does not count duplicates and invalid plans at all', () => {
    expect(recordOf([inState('DUPLICATE'), inState('INVALID')])).toMatchObject({ issued: 0, triggerRate: null })
  })
})

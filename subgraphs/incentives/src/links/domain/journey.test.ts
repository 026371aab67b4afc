import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinkingKind } from '../../touches/domain/touch.ts'
import { type Conversion, countTouchSets, endedJourneys, type JourneyTouch } from './journey.ts'

const HOUR_MS = 3_600_000
const id = <Kind extends string>(number: number) => newId<Kind>(new Date(number), new Uint8Array(10))
const [ada, ben] = [id<'User'>(1), id<'User'>(2)]
const hour = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * HOUR_MS)
const later = hour(10_000)

const touched = (creatorId: JourneyTouch['creatorId'], hours: number, kind: LinkingKind = 'VIEW', user = 1): JourneyTouch => ({
  userId: id<'User'>(user),
  creatorId,
  kind,
  at: hour(hours),
  visibleMs: kind === 'VIEW' ? 5_000 : null,
  baseAssets: ['BTC'],
})
const bought = (hours: number, baseAsset = 'BTC', user = 1): Conversion => ({
  userId: id<'User'>(user),
  baseAsset,
  orderCreatedAt: hour(hours),
})
const summary = (touches: JourneyTouch[], conversions: Conversion[], now = later) =>
  endedJourneys(touches, conversions, now).map(({ creatorIds, isConverted, endedAt }) => ({ creatorIds, isConverted, endedAt }))

describe('endedJourneys', () => {
  it('ends converted at the trade, with everybody whose window is open', () => {
    expect(summary([touched(ben, 0), touched(ada, 1)], [bought(2)])).toEqual([
      { creatorIds: [ada, ben], isConverted: true, endedAt: hour(2) },
    ])
  })

  it('ends unconverted when the last window closes without a trade', () => {
    expect(summary([touched(ben, 0), touched(ada, 20)], [bought(45)])).toEqual([
      { creatorIds: [ada, ben], isConverted: false, endedAt: hour(44) },
    ])
  })

  it('has not ended while a window is open', () => {
    expect(summary([touched(ada, 0)], [], hour(24))).toEqual([])
    expect(summary([touched(ada, 0)], [], hour(24.001))).toHaveLength(1)
  })

  it('leaves out of a conversion whoever was touched too long ago', () => {
    expect(summary([touched(ada, 0), touched(ben, 23)], [bought(30)])).toEqual([
      { creatorIds: [ben], isConverted: true, endedAt: hour(30) },
    ])
  })

  it('counts trading back and forth after one touch as one decision', () => {
    expect(summary([touched(ada, 0, 'CLICK')], [bought(1), bought(2), bought(3)])).toHaveLength(1)
  })

  it('looks back beyond an earlier trade once there is a new touch', () => {
    expect(summary([touched(ada, 0, 'CLICK'), touched(ben, 2)], [bought(1), bought(3)])).toEqual([
      { creatorIds: [ada], isConverted: true, endedAt: hour(1) },
      { creatorIds: [ada, ben], isConverted: true, endedAt: hour(3) },
    ])
  })

  it('takes no touch at the moment of the order for its cause', () => {
    expect(summary([touched(ada, 1)], [bought(1)])).toEqual([{ creatorIds: [ada], isConverted: false, endedAt: hour(25) }])
  })

  it('keeps users and base assets apart, and follows a post on two assets on both', () => {
    const both = { ...touched(ada, 0), baseAssets: ['BTC', 'ETH'] }
    expect(summary([both], [bought(1, 'ETH'), bought(1, 'BTC', 2)])).toEqual([
      { creatorIds: [ada], isConverted: false, endedAt: hour(24) },
      { creatorIds: [ada], isConverted: true, endedAt: hour(1) },
    ])
  })

  it('looks at nothing after now', () => {
    expect(summary([touched(ada, 0)], [bought(2)], hour(1))).toEqual([])
  })
})

describe('countTouchSets', () => {
  it('counts journeys and conversions by the set of creators', () => {
    const touches = [touched(ada, 0), touched(ada, 0, 'VIEW', 2), touched(ada, 0, 'VIEW', 3), touched(ben, 0, 'VIEW', 3)]
    expect(countTouchSets(endedJourneys(touches, [bought(1), bought(1, 'BTC', 3)], later))).toEqual([
      { creatorIds: [ada], journeyCount: 2, conversionCount: 1 },
      { creatorIds: [ada, ben], journeyCount: 1, conversionCount: 1 },
    ])
  })

  it('does not depend on the order of touches and trades, and never converts more than it counts', () => {
    const touch = fc
      .record({
        creator: fc.nat(3),
        hours: fc.nat(200),
        kind: fc.constantFrom<LinkingKind>('TICKET', 'CLICK', 'VIEW'),
        user: fc.nat(2),
      })
      .map(({ creator, hours, kind, user }) => touched(id<'User'>(creator), hours, kind, user))
    const conversion = fc.tuple(fc.nat(200), fc.nat(2)).map(([hours, user]) => bought(hours, 'BTC', user))
    const history = fc.record({
      touches: fc.array(touch, { maxLength: 30 }),
      conversions: fc.array(conversion, { maxLength: 15 }),
    })
    const shuffledHistory = history.chain(({ touches, conversions }) =>
      fc.record({
        touches: fc.constant(touches),
        conversions: fc.constant(conversions),
        otherTouches: fc.shuffledSubarray(touches, { minLength: touches.length }),
        otherConversions: fc.shuffledSubarray(conversions, { minLength: conversions.length }),
      }),
    )
    fc.assert(
      fc.property(shuffledHistory, fc.nat(300), ({ touches, conversions, otherTouches, otherConversions }, hours) => {
        const counts = countTouchSets(endedJourneys(touches, conversions, hour(hours)))
        expect(countTouchSets(endedJourneys(otherTouches, otherConversions, hour(hours)))).toEqual(counts)
        for (const count of counts) {
          expect(count.conversionCount).toBeLessThanOrEqual(count.journeyCount)
          expect(count.creatorIds.length).toBeGreaterThan(0)
        }
        const converted = counts.reduce((sum, count) => sum + count.conversionCount, 0)
        expect(converted).toBeLessThanOrEqual(conversions.length)
      }),
    )
  })
})

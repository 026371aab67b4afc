import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NOT_EXTREMISED } from '../../sessions/domain/extremising.ts'
import { ballotsOf } from './ballots.ts'
import { roomConsensus as consensusOf, type Room } from './room.ts'

const start = new Date('2026-01-24T12:00:00.000Z')
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000)
const votes = [0.8, 0.6, 0.3].map((probabilityUp, i) => {
  const voterId = newId<'User'>(new Date(i))
  return { voterId, probabilityUp, castAt: after(i), weight: 1, identityClusterId: voterId }
})
const room: Room = { startedAt: start, endedAt: null, consensusSeq: 3, extremisingExponent: null }
const roomConsensus = (given: Room, now: Date) => consensusOf(given, ballotsOf(votes), now)

describe('roomConsensus', () => {
  it('is hidden before the start and for 30 seconds, and its end is a change', () => {
    expect(roomConsensus({ ...room, startedAt: null, consensusSeq: 0 }, after(99))).toEqual({
      state: 'HIDDEN',
      extremisingExponent: 1.5,
      seq: 0,
      at: after(99),
    })
    expect(roomConsensus(room, after(29.999))).toMatchObject({ state: 'HIDDEN', seq: 3 })
    expect(roomConsensus(room, after(30))).toMatchObject({ state: 'FORMED', seq: 4, at: after(30) })
  })

  it('stays what it was at the end', () => {
    const ended = { ...room, endedAt: after(60) }
    expect(roomConsensus(ended, after(86_400))).toEqual(roomConsensus(room, after(60)))
    expect(roomConsensus({ ...room, endedAt: after(10) }, after(86_400))).toMatchObject({ state: 'HIDDEN', at: after(10) })
  })

  it('is extremised as the session says, and by 1.5 unless it does', () => {
    const plain = roomConsensus({ ...room, extremisingExponent: NOT_EXTREMISED }, after(30))
    const usual = roomConsensus(room, after(30))
    if (plain.state !== 'FORMED' || usual.state !== 'FORMED') throw new Error('expected figures')
    expect(plain).toMatchObject({ extremisingExponent: 1, probabilityUp: usual.probabilityPooled })
    expect(usual.extremisingExponent).toBe(1.5)
    expect(usual.probabilityUp).toBeGreaterThan(usual.probabilityPooled)
  })

  it('does not change while nobody votes, however much time passes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 86_400 }), (seconds) => {
        const [early, late] = [roomConsensus(room, after(30)), roomConsensus(room, after(seconds))]
        if (early.state !== 'FORMED' || late.state !== 'FORMED') throw new Error('expected figures')
        expect(late.seq).toBe(early.seq)
        expect(late.probabilityUp).toBeCloseTo(early.probabilityUp, 9)
      }),
    )
  })
})

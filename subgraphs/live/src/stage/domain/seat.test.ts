import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideSeat, type SeatState, type SeatStep } from './seat.ts'

const room = { onStageCount: 0, maxSeats: 8 }

describe('a guest seat', () => {
  it('is asked for, offered, taken and left', () => {
    expect(decideSeat(null, 'request', room)).toEqual({ kind: 'Moved', state: 'REQUESTED', reason: 'REQUESTED' })
    expect(decideSeat('REQUESTED', 'invite', room)).toEqual({ kind: 'Moved', state: 'INVITED', reason: 'INVITED' })
    expect(decideSeat('INVITED', 'accept', room)).toEqual({ kind: 'Moved', state: 'ON_STAGE', reason: 'ACCEPTED' })
    expect(decideSeat('ON_STAGE', 'leave', room)).toEqual({ kind: 'Moved', state: 'LEFT', reason: 'LEFT' })
    expect(decideSeat('LEFT', 'request', room)).toEqual({ kind: 'Moved', state: 'REQUESTED', reason: 'REQUESTED' })
  })

  it('says why it is left', () => {
    for (const state of ['REQUESTED', 'INVITED', 'ON_STAGE'] as const) {
      expect(decideSeat(state, 'leave', room)).toEqual({ kind: 'Moved', state: 'LEFT', reason: 'LEFT' })
      expect(decideSeat(state, 'remove', room)).toEqual({ kind: 'Moved', state: 'LEFT', reason: 'REMOVED' })
      expect(decideSeat(state, 'ban', room)).toEqual({ kind: 'Moved', state: 'LEFT', reason: 'BANNED' })
    }
    expect(decideSeat('LEFT', 'ban', room)).toEqual({ kind: 'WrongSeatState', state: 'LEFT' })
  })

  it('is offered also to whoever has not asked', () => {
    expect(decideSeat(null, 'invite', room)).toEqual({ kind: 'Moved', state: 'INVITED', reason: 'INVITED' })
    expect(decideSeat('LEFT', 'invite', room)).toEqual({ kind: 'Moved', state: 'INVITED', reason: 'INVITED' })
  })

  it('is not taken without an invitation', () => {
    const states = [null, 'REQUESTED', 'ON_STAGE', 'LEFT'] as const
    for (const state of states) expect(decideSeat(state, 'accept', room)).toEqual({ kind: 'WrongSeatState', state })
  })

  it('is refused on a full stage, and on a stage without seats', () => {
    expect(decideSeat('INVITED', 'accept', { onStageCount: 8, maxSeats: 8 })).toEqual({ kind: 'StageFull' })
    expect(decideSeat('INVITED', 'accept', { onStageCount: 0, maxSeats: 0 })).toEqual({ kind: 'StageFull' })
    expect(decideSeat('INVITED', 'accept', { onStageCount: 7, maxSeats: 8 })).toEqual({
      kind: 'Moved',
      state: 'ON_STAGE',
      reason: 'ACCEPTED',
    })
  })

  it('never has more guests on stage than seats, whatever anybody does', () => {
    const step = fc.record({
      guest: fc.integer({ min: 0, max: 5 }),
      step: fc.constantFrom<SeatStep>('request', 'invite', 'accept', 'leave', 'remove', 'ban'),
    })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.array(step, { maxLength: 100 }), (maxSeats, steps) => {
        const seats = new Map<number, SeatState>()
        const onStage = () => [...seats.values()].filter((state) => state === 'ON_STAGE').length
        for (const { guest, step } of steps) {
          const before = seats.get(guest) ?? null
          const decision = decideSeat(before, step, { onStageCount: onStage(), maxSeats })
          if (decision.kind !== 'Moved') continue
          seats.set(guest, decision.state)
          expect(onStage()).toBeLessThanOrEqual(maxSeats)
          if (decision.state === 'ON_STAGE') expect(before).toBe('INVITED')
          expect(decision.state).not.toBe(before)
        }
      }),
    )
  })
})

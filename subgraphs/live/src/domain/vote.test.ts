import { describe, expect, it } from 'vitest'
import { decideVote } from './vote.ts'

const castAt = new Date('2026-01-24T12:00:00.000Z')
const open = { status: 'LIVE', lockAt: null } as const

describe('decideVote', () => {
  it('accepts a probability inside (0, 1) in a live session and names its stance', () => {
    expect(decideVote(open, { probabilityUp: 0.7, castAt })).toEqual({
      kind: 'Accepted',
      probabilityUp: 0.7,
      stance: 'BULL',
      castAt,
    })
  })

  it.each([0, 1, -0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses certainty and nonsense: %d', (probabilityUp) => {
    expect(decideVote(open, { probabilityUp, castAt })).toMatchObject({
      kind: 'Refused',
      faults: [{ kind: 'ProbabilityOutOfRange' }],
    })
  })

  it('accepts a vote at the lock and refuses one a millisecond later', () => {
    expect(decideVote({ ...open, lockAt: castAt }, { probabilityUp: 0.7, castAt }).kind).toBe('Accepted')
    const lockAt = new Date(castAt.getTime() - 1)
    expect(decideVote({ ...open, lockAt }, { probabilityUp: 0.7, castAt })).toEqual({
      kind: 'Refused',
      faults: [{ kind: 'VotingLocked', lockAt }],
    })
  })

  it('lists every fault at once', () => {
    const decision = decideVote({ status: 'ENDED', lockAt: new Date(0) }, { probabilityUp: 1, castAt })
    expect(decision).toMatchObject({
      kind: 'Refused',
      faults: [{ kind: 'ProbabilityOutOfRange' }, { kind: 'WrongLiveStatus', status: 'ENDED' }, { kind: 'VotingLocked' }],
    })
  })
})

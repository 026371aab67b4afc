import { describe, expect, it } from 'vitest'
import { decideVote } from './vote.ts'

const castAt = new Date('2026-01-24T12:00:00.000Z')
const open = { status: 'LIVE', votingLockedAt: null } as const
const isBanned = false

describe('decideVote', () => {
  it('accepts a probability inside (0, 1) in a live session and names its stance', () => {
    expect(decideVote(open, { probabilityUp: 0.7, castAt, isBanned })).toEqual({
      kind: 'Accepted',
      probabilityUp: 0.7,
      stance: 'BULL',
      castAt,
    })
  })

  it.each([0, 1, -0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses certainty and nonsense: %d', (probabilityUp) => {
    expect(decideVote(open, { probabilityUp, castAt, isBanned })).toMatchObject({
      kind: 'Refused',
      faults: [{ kind: 'ProbabilityOutOfRange' }],
    })
  })

  it('refuses every vote once a prediction is locked, also one of the same millisecond', () => {
    expect(decideVote({ ...open, votingLockedAt: castAt }, { probabilityUp: 0.7, castAt, isBanned })).toEqual({
      kind: 'Refused',
      faults: [{ kind: 'VotingLocked', lockedAt: castAt }],
    })
  })

  it('refuses whom the host has banned', () => {
    expect(decideVote(open, { probabilityUp: 0.7, castAt, isBanned: true })).toEqual({
      kind: 'Refused',
      faults: [{ kind: 'BannedFromSession' }],
    })
  })

  it('lists every fault at once', () => {
    const decision = decideVote({ status: 'ENDED', votingLockedAt: castAt }, { probabilityUp: 1, castAt, isBanned: true })
    expect(decision).toMatchObject({
      kind: 'Refused',
      faults: [
        { kind: 'ProbabilityOutOfRange' },
        { kind: 'WrongLiveStatus', status: 'ENDED' },
        { kind: 'BannedFromSession' },
        { kind: 'VotingLocked' },
      ],
    })
  })
})

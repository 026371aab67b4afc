import { describe, expect, it } from 'vitest'
import { decideEnd, decideStart } from './session.ts'

const now = new Date('2026-01-24T12:00:00.000Z')

describe('a live session', () => {
  it('goes live from scheduled, once', () => {
    expect(decideStart({ status: 'SCHEDULED' }, now)).toEqual({ kind: 'Started', status: 'LIVE', startedAt: now })
    expect(decideStart({ status: 'LIVE' }, now)).toEqual({ kind: 'WrongLiveStatus', status: 'LIVE' })
    expect(decideStart({ status: 'ENDED' }, now)).toEqual({ kind: 'WrongLiveStatus', status: 'ENDED' })
  })

  it('ends from live, once', () => {
    expect(decideEnd({ status: 'LIVE' }, now)).toEqual({ kind: 'Ended', status: 'ENDED', endedAt: now })
    expect(decideEnd({ status: 'SCHEDULED' }, now)).toEqual({ kind: 'WrongLiveStatus', status: 'SCHEDULED' })
    expect(decideEnd({ status: 'ENDED' }, now)).toEqual({ kind: 'WrongLiveStatus', status: 'ENDED' })
  })
})

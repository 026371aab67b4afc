import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activeMinutes, findHeartbeatFaults, type HeardMinute, type Heartbeat, mergeMinutes, minuteOf } from './heartbeat.ts'

const START = Date.parse('2026-01-24T12:00:00.000Z')
const userId = newId<'User'>(new Date(START))
const beat = (seconds: number, isIdle: boolean): Heartbeat => ({ userId, at: new Date(START + seconds * 1000), isIdle })

/** What is heard of the minutes of `beats`, in the order of the minutes. */
function heardOf(beats: readonly Heartbeat[]): HeardMinute[] {
  const minutes = new Map<number, HeardMinute>()
  for (const one of beats.map(minuteOf)) {
    const known = minutes.get(one.minute.getTime())
    minutes.set(one.minute.getTime(), known ? mergeMinutes(known, one) : one)
  }
  return [...minutes.values()].sort((a, b) => a.minute.getTime() - b.minute.getTime())
}
/** The active minutes, counted from the start. */
const activeIn = (...beats: readonly Heartbeat[]) =>
  activeMinutes(heardOf(beats)).map((minute) => (minute.getTime() - START) / 60_000)

describe('activeMinutes', () => {
  it('are those in which something was done', () => {
    expect(activeIn(beat(0, false), beat(30, false), beat(60, false), beat(300, false))).toEqual([0, 1, 5])
    expect(activeIn()).toEqual([])
  })

  it('go on for 60 seconds after the last thing done, and not a millisecond longer', () => {
    expect(activeIn(beat(30, false), beat(90, true))).toEqual([0, 1])
    expect(activeIn(beat(30, false), beat(90.001, true))).toEqual([0])
  })

  it('end while a device stands open and nobody is there: of ten idle minutes after 12:00:30 one counts', () => {
    const idle = Array.from({ length: 20 }, (_, index) => beat(60 + index * 30, true))
    expect(activeIn(beat(0, false), beat(30, false), ...idle)).toEqual([0, 1])
  })

  it('begin again with the first thing done', () => {
    expect(activeIn(beat(0, false), beat(120, true), beat(150, true), beat(180, true), beat(210, false))).toEqual([0, 3])
  })

  it('are none while nothing was ever done', () => {
    expect(activeIn(beat(0, true), beat(30, true))).toEqual([])
  })

  it('are those of a user, whatever the number of devices: what is done on one is done', () => {
    expect(activeIn(beat(5, true), beat(6, false), beat(35, true), beat(36, true), beat(65, true))).toEqual([0, 1])
  })

  const beats = fc.array(
    fc
      .record({ seconds: fc.integer({ min: 0, max: 1_800 }), isIdle: fc.boolean() })
      .map(({ seconds, isIdle }) => beat(seconds, isIdle)),
    { maxLength: 40 },
  )

  it('are what all heartbeats together say, though of a minute two instants are kept', () => {
    fc.assert(
      fc.property(beats, (all) => {
        const isActive = (one: Heartbeat) =>
          all.some((other) => {
            const idleMs = one.at.getTime() - other.at.getTime()
            return !other.isIdle && idleMs >= 0 && idleMs <= 60_000
          })
        const minutes = all.filter(isActive).map((one) => Math.floor((one.at.getTime() - START) / 60_000))
        expect(activeIn(...all)).toEqual([...new Set(minutes)].sort((a, b) => a - b))
      }),
    )
  })

  it('do not depend on the order in which heartbeats are heard, nor on repeats', () => {
    fc.assert(
      fc.property(beats, (all) => {
        expect(heardOf([...all.toReversed(), ...all])).toEqual(heardOf(all))
      }),
    )
  })
})

describe('findHeartbeatFaults', () => {
  it('takes any text of 1 to 64 characters for a device', () => {
    for (const deviceId of ['a', ' ', '🪐'.repeat(64)]) expect(findHeartbeatFaults({ deviceId })).toEqual([])
    for (const deviceId of ['', 'a'.repeat(65), 'a\0', '\ud800'])
      expect(findHeartbeatFaults({ deviceId }).map(({ field }) => field)).toEqual(['deviceId'])
  })
})

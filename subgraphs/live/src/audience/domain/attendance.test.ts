import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Attendance, attendanceOf, followViewer, joinWatches, type Sign, WATCHING_MS, type Watch } from './attendance.ts'

const START = Date.UTC(2026, 0, 24, 8)
const ofMachine = (ms: number) => new Date(START + ms)
/** The platform's time runs like the machine's unless a test says otherwise. */
const signAt = (ms: number, speed = 1): Sign => ({ seenAt: ofMachine(ms), at: ofMachine(ms * speed) })
const watchOf = (first: number, last = first): Watch => ({ first: signAt(first), last: signAt(last) })
const s = (seconds: number) => seconds * 1_000

describe('watches', () => {
  it('are joined where a sign of life came within 30 seconds of the one before', () => {
    expect(joinWatches([watchOf(s(0)), watchOf(s(10)), watchOf(s(39.999))])).toEqual([watchOf(s(0), s(39.999))])
    expect(joinWatches([watchOf(s(0)), watchOf(s(30))])).toEqual([watchOf(s(0)), watchOf(s(30))])
  })

  it('may come in any order and overlap', () => {
    expect(joinWatches([watchOf(s(50), s(60)), watchOf(s(0), s(25)), watchOf(s(20), s(22))])).toEqual([watchOf(s(0), s(60))])
  })
})

describe('an attendance', () => {
  const noticedAt = ofMachine(s(100))

  it('lasts until 30 seconds after the last sign of life', () => {
    const attendance = attendanceOf(watchOf(s(0), s(20)), { noticedAt, sessionEndedAt: null })
    expect(attendance).toEqual({ from: ofMachine(0), until: ofMachine(s(50)), reason: 'LEFT' })
  })

  it('lasts no longer than its session', () => {
    const over = (endMs: number) => attendanceOf(watchOf(s(0), s(20)), { noticedAt, sessionEndedAt: ofMachine(endMs) })
    expect(over(s(45))).toEqual({ from: ofMachine(0), until: ofMachine(s(45)), reason: 'SESSION_ENDED' })
    expect(over(s(51))).toEqual({ from: ofMachine(0), until: ofMachine(s(50)), reason: 'LEFT' })
  })

  it('is none where the platform’s time stood still', () => {
    const still = { first: signAt(s(1), 0), last: signAt(s(20), 0) }
    expect(attendanceOf(still, { noticedAt: ofMachine(0), sessionEndedAt: null })).toBeNull()
  })
})

describe('a viewer who', () => {
  it('goes on watching has one watch that lasts', () => {
    expect(followViewer(watchOf(s(0)), [watchOf(s(29))], null)).toEqual({ over: [], watch: watchOf(s(0), s(29)) })
  })

  it('comes back after 30 seconds has an attendance that is over, and a new watch', () => {
    expect(followViewer(watchOf(s(0), s(20)), [watchOf(s(60))], null)).toEqual({
      over: [{ from: ofMachine(0), until: ofMachine(s(50)), reason: 'LEFT' }],
      watch: watchOf(s(60)),
    })
  })

  it('was seen before an attendance ended of which another process knew, attends from its end on', () => {
    const { over, watch } = followViewer(null, [watchOf(s(29))], ofMachine(s(30)))
    expect([over, watch?.first.at]).toEqual([[], ofMachine(s(30))])
  })

  it('is reported twice attends once', () => {
    const told = [watchOf(s(0), s(20)), watchOf(s(60))]
    const first = followViewer(null, told, null)
    expect(followViewer(first.watch, told, first.over[0]?.until ?? null)).toEqual({ over: [], watch: watchOf(s(60)) })
  })
})

/** Between two rounds of a worker. */
const ROUND_MS = s(2)
/** A sign of life, and after how long it is stored by whichever process it was told to. */
const reports = fc.array(
  fc.record({
    gapMs: fc.oneof(fc.integer({ min: 0, max: s(12) }), fc.integer({ min: s(25), max: s(90) })),
    lateMs: fc.nat(s(25)),
  }),
  { minLength: 1, maxLength: 20 },
)

/** What is kept of one viewer's signs of life in a session that ends at `endMs`, round by round. */
function keepOf(signs: readonly { readonly ms: number; readonly lateMs: number }[], endMs: number, speed: number): Attendance[] {
  const kept: Attendance[] = []
  let known: Watch | null = null
  let unread = signs.filter((sign) => sign.ms < endMs)
  for (let nowMs = 0; nowMs < endMs + ROUND_MS; nowMs += ROUND_MS) {
    // The round that finds the session over is the last.
    const isDue = (sign: { ms: number; lateMs: number }) => nowMs >= endMs || sign.ms + sign.lateMs <= nowMs
    const due = unread.filter(isDue)
    unread = unread.filter((sign) => !isDue(sign))
    const seen = due.map(({ ms }) => ({ first: signAt(ms, speed), last: signAt(ms, speed) }))
    const followed = followViewer(known, seen, kept.at(-1)?.until ?? null)
    kept.push(...followed.over)
    known = followed.watch
    const sessionEndedAt = nowMs >= endMs ? ofMachine(endMs * speed) : null
    if (known && (sessionEndedAt || known.last.seenAt.getTime() <= ofMachine(nowMs - WATCHING_MS).getTime())) {
      const attendance = attendanceOf(known, { noticedAt: ofMachine(nowMs * speed), sessionEndedAt })
      if (attendance) kept.push(attendance)
      known = null
    }
  }
  return kept
}

/** Times in ascending order, those that touch or overlap as one. */
function unionOf(times: readonly { readonly from: Date; readonly until: Date }[]): [number, number][] {
  const union: [number, number][] = []
  for (const { from, until } of times.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    const latest = union.at(-1)
    if (latest && from.getTime() <= latest[1]) latest[1] = Math.max(latest[1], until.getTime())
    else union.push([from.getTime(), until.getTime()])
  }
  return union
}

describe('whatever signs of life come, in whatever order, the attendances that are kept', () => {
  const sent = (given: readonly { gapMs: number; lateMs: number }[]) => {
    let ms = 0
    return given.map(({ gapMs, lateMs }) => ({ ms: (ms += gapMs), lateMs }))
  }

  it('do not overlap, and are together the 30 seconds after each sign, up to the end of the session', () => {
    fc.assert(
      fc.property(reports, fc.integer({ min: s(1), max: s(400) }), (given, endMs) => {
        const signs = sent(given)
        const kept = keepOf(signs, endMs, 1)
        for (const [i, attendance] of kept.entries()) {
          expect(attendance.from < attendance.until).toBe(true)
          const before = kept[i - 1]
          if (before) expect(before.until <= attendance.from).toBe(true)
        }
        const watched = signs
          .filter(({ ms }) => ms < endMs)
          .map(({ ms }) => ({ from: ofMachine(ms), until: ofMachine(Math.min(ms + WATCHING_MS, endMs)) }))
        expect(unionOf(kept)).toEqual(unionOf(watched))
      }),
      { numRuns: 1_000 },
    )
  })

  it('do not overlap either where the platform’s time goes slower or faster than the machine’s', () => {
    fc.assert(
      fc.property(reports, fc.integer({ min: s(1), max: s(400) }), fc.constantFrom(0, 0.1, 0.9, 60), (given, endMs, speed) => {
        const kept = keepOf(sent(given), endMs, speed)
        for (const [i, attendance] of kept.entries()) {
          expect(attendance.from < attendance.until && attendance.until <= ofMachine(endMs * speed)).toBe(true)
          const before = kept[i - 1]
          if (before) expect(before.until <= attendance.from).toBe(true)
        }
      }),
    )
  })
})

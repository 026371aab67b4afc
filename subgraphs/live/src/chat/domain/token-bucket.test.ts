import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BucketLimits, fullBucket, type TokenBucket, takeToken } from './token-bucket.ts'

const start = new Date('2026-01-24T12:00:00.000Z')
const after = (ms: number) => new Date(start.getTime() + ms)
const limits: BucketLimits = { capacity: 5, perSecond: 0.5 }

/** Takes at each of `times`, in milliseconds from the start; which of them got a token. */
function takeAt(times: readonly number[], of: BucketLimits): number[] {
  let bucket: TokenBucket = fullBucket(of)
  return times.filter((ms) => {
    const taking = takeToken(bucket, of, after(ms))
    if (taking.kind === 'Empty') return false
    bucket = taking.bucket
    return true
  })
}

describe('a token bucket', () => {
  it('gives its capacity at once and then one more every two seconds', () => {
    expect(takeAt([0, 0, 0, 0, 0, 0, 1_999, 2_000, 2_000, 4_000], limits)).toEqual([0, 0, 0, 0, 0, 2_000, 4_000])
  })

  it('never holds more than its capacity', () => {
    expect(takeAt(Array(8).fill(3_600_000), limits)).toHaveLength(5)
  })

  it('says when the next token is there, neither too early nor too late', () => {
    const empty: TokenBucket = { tokens: 0.25, refilledAt: start }
    const taking = takeToken(empty, limits, start)
    expect(taking).toEqual({ kind: 'Empty', retryAfterMs: 1_500 })
    expect(takeToken(empty, limits, after(1_499)).kind).toBe('Empty')
    expect(takeToken(empty, limits, after(1_500)).kind).toBe('Taken')
  })

  it('refills nothing while the clock steps back', () => {
    const taking = takeToken({ tokens: 1, refilledAt: after(10_000) }, limits, start)
    expect(taking).toEqual({ kind: 'Taken', bucket: { tokens: 0, refilledAt: after(10_000) } })
  })

  it('gives at most capacity plus rate times time over any span, and all of it to whoever is patient', () => {
    fc.assert(
      fc.property(
        fc.record({ capacity: fc.integer({ min: 1, max: 20 }), perSecond: fc.integer({ min: 1, max: 50 }) }),
        fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 200 }),
        (of, unsorted) => {
          const taken = takeAt(
            unsorted.sort((a, b) => a - b),
            of,
          )
          for (let i = 0; i < taken.length; i++) {
            for (let j = i; j < taken.length; j++) {
              const seconds = ((taken[j] ?? 0) - (taken[i] ?? 0)) / 1000
              expect(j - i + 1).toBeLessThanOrEqual(of.capacity + of.perSecond * seconds + 1e-6)
            }
          }
          const retry = takeToken({ tokens: 0, refilledAt: start }, of, start)
          if (retry.kind === 'Taken') throw new Error('an empty bucket gave a token')
          expect(takeToken({ tokens: 0, refilledAt: start }, of, after(retry.retryAfterMs)).kind).toBe('Taken')
        },
      ),
    )
  })
})

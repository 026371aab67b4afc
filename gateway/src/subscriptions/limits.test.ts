import { expect, it } from 'vitest'
import { retryAfterMs } from './drain.ts'
import { Bucket, createTally } from './limits.ts'

it('a tally counts what each has, and forgets those that have nothing', () => {
  const tally = createTally()
  expect([tally.add('a', 2), tally.add('a', 2), tally.add('a', 2), tally.add('b', 2)]).toEqual([true, true, false, true])
  tally.remove('a')
  tally.remove('nobody')
  expect([tally.add('a', 2), tally.add('a', 2)]).toEqual([true, false])
})

it('a bucket lets twice a second’s worth pass at once, and then as much as time gives', () => {
  const bucket = new Bucket(5, 0)
  const taken = (nowMs: number) => Array.from({ length: 20 }, () => bucket.take(5, nowMs)).filter(Boolean).length
  expect(taken(0)).toBe(10)
  expect(taken(100)).toBe(0)
  expect(taken(1_000)).toBe(5)
  expect(taken(60_000)).toBe(10)
})

it('clients come back spread over a time that grows with their number', () => {
  const few = Array.from({ length: 200 }, () => retryAfterMs(1))
  expect(Math.min(...few)).toBeGreaterThanOrEqual(250)
  expect(Math.max(...few)).toBeLessThanOrEqual(501)
  expect(Math.max(...Array.from({ length: 200 }, () => retryAfterMs(10_000)))).toBeGreaterThan(3_000)
  expect(Math.max(...Array.from({ length: 200 }, () => retryAfterMs(10_000_000)))).toBeLessThanOrEqual(30_250)
})

import { expect, it } from 'vitest'
import { Abandonment } from '../abandonment.ts'
import { withinTime } from './time-limit.ts'

const otherwise = { tooLate: () => 'too late', failed: String }

it('ends the fetching at the deadline and still takes what is written then', async () => {
  const abandonment = new Abandonment()
  const seen: boolean[] = []
  const answer = await withinTime(
    abandonment,
    { fetchingMs: 30, writingMs: 60_000 },
    () =>
      new Promise((resolve) => {
        abandonment.addEventListener('abort', () => {
          seen.push(abandonment.isDropped)
          setImmediate(() => resolve('what is there'))
        })
      }),
    otherwise,
  )
  expect({ answer, seen, isDropped: abandonment.isDropped }).toEqual({ answer: 'what is there', seen: [false], isDropped: false })
})

it.each([
  ['never', () => new Promise<string>(() => {})],
  ['later than that', () => new Promise<string>((resolve) => setTimeout(resolve, 5_000, 'late').unref())],
])('does not wait for an answer that is written %s', async (_, work) => {
  const abandonment = new Abandonment()
  const answer = await withinTime(abandonment, { fetchingMs: 30, writingMs: 30 }, work, otherwise)
  expect({ answer, isDropped: abandonment.isDropped }).toEqual({ answer: 'too late', isDropped: true })
})

it('tells whoever has a plain signal to stop at the deadline', async () => {
  const abort = new AbortController()
  const answer = await withinTime(abort, { fetchingMs: 30, writingMs: 30 }, () => new Promise<string>(() => {}), otherwise)
  expect({ answer, isAborted: abort.signal.aborted }).toEqual({ answer: 'too late', isAborted: true })
})

it('leaves alone what is in time, and what failed', async () => {
  const abandonment = new Abandonment()
  const limit = { fetchingMs: 60_000, writingMs: 60_000 }
  await expect(withinTime(abandonment, limit, async () => 'an answer', otherwise)).resolves.toBe('an answer')
  await expect(withinTime(abandonment, limit, () => Promise.reject(new Error('no')), otherwise)).resolves.toBe('Error: no')
  expect(abandonment.aborted).toBe(false)
})

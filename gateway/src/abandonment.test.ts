import { expect, it } from 'vitest'
import { Abandonment } from './abandonment.ts'

it('calls each listener once, with the reason at hand, and none that was taken off', () => {
  const abandonment = new Abandonment()
  const seen: unknown[] = []
  const removed = () => seen.push('removed')
  abandonment.addEventListener('abort', () => seen.push(abandonment.reason))
  abandonment.addEventListener('abort', removed)
  abandonment.removeEventListener('abort', removed)
  const reason = new Error('enough')
  abandonment.abort(reason)
  abandonment.abort(new Error('again'))
  expect(seen).toEqual([reason])
  expect(abandonment.aborted).toBe(true)
})

it('gives a signal that tells the same, whenever it is asked for', () => {
  const [early, late] = [new Abandonment(), new Abandonment()]
  const { signal } = early
  const reason = new Error('enough')
  early.abort(reason)
  late.abort(reason)
  expect([signal.aborted, signal.reason, late.signal.aborted, late.signal.reason]).toEqual([true, reason, true, reason])
  const plain = new Abandonment()
  plain.abort()
  expect(plain.signal.reason).toMatchObject({ name: 'AbortError' })
})

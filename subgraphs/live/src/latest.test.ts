import { describe, expect, it } from 'vitest'
import { createLatest } from './latest.ts'

const value = (n: number) => ({ n })
const done = { value: undefined, done: true }

describe('a reader of the latest value', () => {
  it('begins with the current value and gets each one it keeps up with', async () => {
    const latest = createLatest<{ n: number }>(() => {})
    latest.set(value(1))
    const reader = latest.read()
    expect((await reader.next()).value).toEqual(value(1))
    for (const n of [2, 3]) {
      latest.publish(value(n))
      expect((await reader.next()).value).toEqual(value(n))
    }
  })

  it('skips what it was too slow for', async () => {
    const latest = createLatest<{ n: number }>(() => {})
    const reader = latest.read()
    for (const n of [1, 2, 3]) latest.publish(value(n))
    expect((await reader.next()).value).toEqual(value(3))
  })

  it('is not woken by a value that is only for those who come', async () => {
    const latest = createLatest<{ n: number }>(() => {})
    const reader = latest.read()
    const pending = reader.next()
    latest.set(value(1))
    latest.publish(value(2))
    expect((await pending).value).toEqual(value(2))
  })

  it('can leave while it waits, and is gone', async () => {
    let gone = 0
    const latest = createLatest<{ n: number }>(() => gone++)
    const reader = latest.read()
    const pending = [reader.next(), reader.next()]
    await reader.return()
    expect(await Promise.all(pending)).toEqual([done, done])
    expect([latest.readerCount, gone]).toEqual([0, 1])
    await reader.return()
    expect(gone).toBe(1)
    expect(await reader.next()).toEqual(done)
  })

  it('still gets the last value after the end, also if it comes late', async () => {
    const latest = createLatest<{ n: number }>(() => {})
    const [slow, waiting] = [latest.read(), latest.read()]
    const pending = waiting.next()
    latest.publish(value(1))
    expect((await pending).value).toEqual(value(1))
    const none = waiting.next()
    latest.end()
    expect(await none).toEqual(done)
    for (const reader of [slow, latest.read()]) {
      expect((await reader.next()).value).toEqual(value(1))
      expect(await reader.next()).toEqual(done)
    }
  })

  it('is told of an error once, waiting or not, and then it is over', async () => {
    const latest = createLatest<{ n: number }>(() => {})
    const [waiting, slow] = [latest.read(), latest.read()]
    const pending = waiting.next()
    latest.end(new Error('lost'))
    await expect(pending).rejects.toThrow('lost')
    await expect(slow.next()).rejects.toThrow('lost')
    for (const reader of [waiting, slow]) expect(await reader.next()).toEqual(done)
  })
})

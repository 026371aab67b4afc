import { describe, expect, it } from 'vitest'
import { createPace } from './pace.ts'

/** Work that ends when it is told to, and says when it has begun. */
function createWork() {
  const begins: (() => void)[] = []
  const ends: (() => void)[] = []
  let started = 0
  let begun = 0
  return {
    run: () =>
      new Promise<void>((resolve) => {
        started++
        ends.push(resolve)
        begins.shift()?.()
      }),
    begin: () => {
      begun++
      return started >= begun ? Promise.resolve() : new Promise<void>((resolve) => begins.push(resolve))
    },
    end: () => ends.shift()?.(),
    count: () => started,
  }
}

describe('a pace', () => {
  it('makes one run of many requests, and another of those that come during it', async () => {
    const work = createWork()
    const pace = createPace(work.run, 1)
    for (let i = 0; i < 10; i++) pace.request()
    await work.begin()
    for (let i = 0; i < 10; i++) pace.request()
    work.end()
    await work.begin()
    expect(work.count()).toBe(2)
    work.end()
    pace.stop()
  })

  it('keeps the interval between two runs, also where a timer fires early', async () => {
    const work = createWork()
    const pace = createPace(work.run, 30)
    pace.request()
    await work.begin()
    const ended = performance.now()
    work.end()
    pace.request()
    await work.begin()
    expect(performance.now() - ended).toBeGreaterThanOrEqual(30)
    pace.stop()
  })

  it('runs nothing after it was stopped', async () => {
    const work = createWork()
    const pace = createPace(work.run, 0)
    pace.request()
    pace.stop()
    pace.request()
    const other = createWork()
    const after = createPace(other.run, 5)
    after.request()
    await other.begin()
    expect(work.count()).toBe(0)
    after.stop()
  })
})

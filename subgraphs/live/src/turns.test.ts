import { describe, expect, it } from 'vitest'
import { createTurns } from './turns.ts'

/** Work that ends when it is told to, and a count of what is at work. */
function createWork() {
  const ends: (() => void)[] = []
  const order: number[] = []
  return {
    run: (n: number) => () => {
      order.push(n)
      return new Promise<number>((resolve) => ends.push(() => resolve(n)))
    },
    end: () => ends.shift()?.(),
    order,
  }
}

describe('turns', () => {
  it('let so many work at once, and the others in order', async () => {
    const turns = createTurns({ atOnce: 2, maxWaiting: 10 })
    const work = createWork()
    const results = [1, 2, 3, 4].map((n) => turns.take('a', work.run(n)))
    expect(work.order).toEqual([1, 2])
    for (const n of [1, 2, 3, 4]) {
      work.end()
      expect(await results[n - 1]).toBe(n)
    }
    expect(work.order).toEqual([1, 2, 3, 4])
  })

  it('of one key do not hold up another', async () => {
    const turns = createTurns({ atOnce: 1, maxWaiting: 10 })
    const work = createWork()
    const [first, other] = [turns.take('a', work.run(1)), turns.take('b', work.run(2))]
    expect(work.order).toEqual([1, 2])
    work.end()
    work.end()
    expect(await Promise.all([first, other])).toEqual([1, 2])
  })

  it('go on after work that fails', async () => {
    const turns = createTurns({ atOnce: 1, maxWaiting: 10 })
    const failed = turns.take('a', () => Promise.reject(new Error('lost')))
    const next = turns.take('a', () => Promise.resolve(2))
    await expect(failed).rejects.toThrow('lost')
    expect(await next).toBe(2)
    expect(await turns.take('a', () => Promise.resolve(3))).toBe(3)
  })

  it('refuse whoever would wait behind too many', async () => {
    const turns = createTurns({ atOnce: 1, maxWaiting: 1 })
    const work = createWork()
    const results = [turns.take('a', work.run(1)), turns.take('a', work.run(2))]
    await expect(turns.take('a', work.run(3))).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
    work.end()
    expect(await results[0]).toBe(1)
    work.end()
    expect(await results[1]).toBe(2)
  })
})

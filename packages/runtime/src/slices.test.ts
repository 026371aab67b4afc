import { expect, it } from 'vitest'
import { inSlices, later, Work } from './slices.ts'

const SIGN = Symbol('what it cannot do')

it('made an error of what was thrown in a later slice, so that who knew it did not know it any more', async () => {
  await expect(
    later(() => {
      throw SIGN
    }),
  ).rejects.toBe(SIGN)
})

it('rejects with what steps throw, whether at once or after an interruption', async () => {
  function* steps(yields: number): Generator<undefined, never> {
    for (let i = 0; i < yields; i++) yield
    throw SIGN
  }
  expect(() => inSlices(new Work(), steps(0))).toThrow()
  await expect(inSlices(new Work(), steps(3))).rejects.toBe(SIGN)
})

it('gives what later work gives, in its order', async () => {
  const done: number[] = []
  const results = await Promise.all([1, 2, 3].map((n) => later(() => done.push(n))))
  expect([done, results]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ])
})

import { expect, it } from 'vitest'
import { createTextCache } from './text-cache.ts'

it('keeps what is used while others come and go', () => {
  const cache = createTextCache<number>(3)
  cache.set('used', 0, 1)
  for (let i = 1; i < 50; i++) {
    expect(cache.get('used')).toBe(0)
    cache.set(`other ${i}`, i, 1)
    expect(cache.get(`other ${i - 4}`)).toBeUndefined()
  }
})

it('keeps a new one, also where all others are in use', () => {
  const cache = createTextCache<number>(2)
  for (let i = 0; i < 10; i++) {
    cache.set(`${i}`, i, 1)
    expect(cache.get(`${i}`)).toBe(i)
  }
})

it('keeps nothing that is heavier than all may be together', () => {
  const cache = createTextCache<number>(2)
  cache.set('light', 1, 1)
  cache.set('heavy', 2, 3)
  expect([cache.get('light'), cache.get('heavy')]).toEqual([1, undefined])
})

it('replaces what a text had', () => {
  const cache = createTextCache<number>(2)
  cache.set('one', 1, 2)
  cache.set('one', 2, 1)
  cache.set('other', 3, 1)
  expect([cache.get('one'), cache.get('other')]).toEqual([2, 3])
})

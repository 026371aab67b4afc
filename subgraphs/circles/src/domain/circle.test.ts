import { expect, it } from 'vitest'
import { findCircleFaults } from './circle.ts'

it('accepts a name of 1 and of 60 characters and an empty purpose', () => {
  for (const name of ['a', '🪐'.repeat(60)]) expect(findCircleFaults({ name, purpose: '' })).toEqual([])
})

it('refuses what no column takes', () => {
  expect(findCircleFaults({ name: 'a\0b', purpose: 'a\0b' }).map((fault) => fault.field)).toEqual(['name', 'purpose'])
  expect(findCircleFaults({ name: 'Macro', purpose: 'Rates.\nAnd flows.' })).toEqual([])
})

it('lists every fault of a circle at once', () => {
  const faults = findCircleFaults({ name: '   ', purpose: 'x'.repeat(301) })
  expect(faults.map((fault) => fault.field)).toEqual(['name', 'purpose'])
})

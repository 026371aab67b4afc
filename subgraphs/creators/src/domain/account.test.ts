import { expect, it } from 'vitest'
import { findProfileFaults, findRegistrationFaults } from './account.ts'

it('accepts a handle of 3 and of 30 characters', () => {
  for (const handle of ['abc', 'a_9'.repeat(10)]) expect(findRegistrationFaults({ handle, displayName: 'Ada' })).toEqual([])
})

it('lists every fault of a registration at once', () => {
  const faults = findRegistrationFaults({ handle: 'Ada!', displayName: '  ' })
  expect(faults.map((fault) => fault.field)).toEqual(['handle', 'displayName'])
})

it('refuses what no column takes and nobody can read', () => {
  for (const text of ['a\0b', 'a\u202eb'])
    expect(findRegistrationFaults({ handle: 'ada', displayName: text })).toMatchObject([{ field: 'displayName' }])
  expect(findProfileFaults({ headline: 'a\0b' })).toMatchObject([{ field: 'headline' }])
})

it('counts characters, not UTF-16 units, in a display name', () => {
  expect(findRegistrationFaults({ handle: 'ada', displayName: '🪐'.repeat(60) })).toEqual([])
  expect(findRegistrationFaults({ handle: 'ada', displayName: '🪐'.repeat(61) })).toHaveLength(1)
})

it('refuses a headline over 300 characters', () => {
  expect(findProfileFaults({ headline: 'x'.repeat(300) })).toEqual([])
  expect(findProfileFaults({ headline: 'x'.repeat(301) })).toHaveLength(1)
})
